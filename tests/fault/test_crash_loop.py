"""A function that crashes each time it is called, as often as its callers like: it is put into quarantine, and others are answered all the while."""

import concurrent.futures
import re

import pytest
from harness import waiting
from harness.bystander import Bystander
from harness.footprint import Footprint

CRASHES = 5  # --max-crashes' default
CALLS = 200
CALLERS = 8
WORKERS = 2  # of the function
# No test waits for the end of such a pause.
LONG = ("--min-quarantine", "600s", "--max-quarantine", "600s")
# Crashes, throws, or answers, as its event says.
CRASHER = """
import os
def handler(event):
    if event == "crash":
        os.abort()
    if event == "throw":
        raise ValueError("x")
    return "fine"
"""


def crash(http):
    return http.invoke("f", '"crash"')


def assert_quarantined(reply):
    """The function "f" is refused, for a part of LONG."""
    assert (reply.status, reply.reason, reply.json()["status"]) == (503, "FUNCTION_QUARANTINED", "UNAVAILABLE"), reply.body
    assert 1 <= int(reply.header("Retry-After")) <= 600
    assert 0 < float(reply.detail("RetryInfo")["retryDelay"].rstrip("s")) <= 600
    assert reply.detail("ErrorInfo")["metadata"] == {"function": "namespaces/default/functions/f", "revision": "1"}
    assert reply.header("Mayfly-Start") is None  # no worker was touched


def pauses(server):
    """Those that its log tells of."""
    return re.findall(r"namespaces/default/functions/f, revision 1, is in quarantine for (\w+):", server.log())


@pytest.mark.parametrize("isolation", ["rewind", "fresh"])
def test_a_crash_loop_is_ended_and_leaves_others_their_answers(start_server, isolation):
    server = start_server(f"--isolation={isolation}", "--max-workers", "3", "--max-workers-per-function", str(WORKERS), *LONG)
    server.http.deploy("f", "python", CRASHER, timeoutMillis=60_000)
    with Bystander(server, "python") as bystander, concurrent.futures.ThreadPoolExecutor(CALLERS) as pool:
        footprint = Footprint(server, python=1)
        replies = [call.result() for call in [pool.submit(crash, server.http) for _ in range(CALLS)]]
        crashed = [reply for reply in replies if reply.reason == "WORKER_CRASHED"]
        # Those that are too many, and what ran beside the last of them.
        assert CRASHES <= len(crashed) < CRASHES + WORKERS
        for reply in replies:
            if reply.reason == "WORKER_CRASHED":
                assert reply.status == 500
            else:
                assert_quarantined(reply)
        assert waiting.until(lambda: pauses(server)) == ["10m"]
        bystander.assert_answers()
        footprint.assert_back()


def test_each_pause_is_twice_the_one_before_and_a_success_ends_it(start_server):
    server = start_server("--max-crashes", "2", "--min-quarantine", "10ms", "--max-quarantine", "40ms")
    server.http.deploy("f", "python", CRASHER, timeoutMillis=60_000)

    def crash_once():
        """When it is called again."""
        reply = waiting.until(lambda: (reply := crash(server.http)).reason != "FUNCTION_QUARANTINED" and reply)
        assert (reply.status, reply.reason) == (500, "WORKER_CRASHED")

    crash_once()
    assert pauses(server) == []
    for expected in (["10ms"], ["10ms", "20ms"], ["10ms", "20ms", "40ms"], ["10ms", "20ms", "40ms", "40ms"]):
        crash_once()
        assert waiting.until(lambda expected=expected: pauses(server) == expected), pauses(server)
    # A function that throws lives.
    reply = waiting.until(lambda: (reply := server.http.invoke("f", '"throw"')).reason != "FUNCTION_QUARANTINED" and reply)
    assert (reply.status, reply.reason) == (500, "FUNCTION_THREW")
    crash_once()
    crash_once()
    assert waiting.until(lambda: pauses(server) == ["10ms", "20ms", "40ms", "40ms", "10ms"]), pauses(server)


def test_a_new_revision_is_called_at_once(start_server):
    server = start_server("--max-crashes", "1", *LONG)
    server.http.deploy("f", "python", CRASHER, timeoutMillis=60_000)
    assert crash(server.http).reason == "WORKER_CRASHED"
    assert_quarantined(server.http.invoke("f", '"fine"'))
    server.http.deploy("f", "python", CRASHER + "# mended\n", timeoutMillis=60_000)
    assert server.http.invoke("f", '"fine"').body == b'"fine"'


def test_what_is_no_crash_is_never_refused(start_server):
    server = start_server("--max-crashes", "1", *LONG)
    server.http.deploy("f", "python", "import time\ndef handler(event):\n    time.sleep(event)\n    return 'fine'\n", timeoutMillis=60_000)
    server.http.deploy("greedy", "python", "def handler(event):\n    return len([0] * (1 << 40))\n", timeoutMillis=60_000)
    assert server.http.invoke("f", "0").body == b'"fine"'
    for _ in range(3):
        assert server.http.invoke("f", "60", headers={"Grpc-Timeout": "300m"}).reason in ("FUNCTION_TIMEOUT", "QUEUE_TIMEOUT")
        assert server.http.invoke("greedy").reason == "MEMORY_LIMIT"
        # Source that is stored nowhere is run as often as its callers like.
        run = {"languageId": "python", "source": CRASHER, "event": "crash", "timeoutMillis": 60_000}
        assert server.http.post("/run", run).reason == "WORKER_CRASHED"
    assert server.http.invoke("f", "0").body == b'"fine"'


def test_the_command_line_says_that_the_function_fails(start_server, mayfly):
    server = start_server("--max-crashes", "1", *LONG)
    server.http.deploy("f", "python", CRASHER, timeoutMillis=60_000)
    assert crash(server.http).reason == "WORKER_CRASHED"
    done = mayfly("invoke", "f", env={"MAYFLY_SERVER": server.grpc_address})
    assert done.code == 1
    assert "[FUNCTION_QUARANTINED]" in done.stderr
