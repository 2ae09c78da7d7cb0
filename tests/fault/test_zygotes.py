"""A zygote that dies takes its calls with it, is started again, and nobody else feels it."""

import concurrent.futures
import os
import signal

import pytest
from harness import processes, waiting
from harness.bystander import Bystander
from harness.footprint import Footprint

LOOP = {
    "js": "function handler(loop) { while (loop) {} return 1; }",
    "python": "def handler(loop):\n    while loop:\n        pass\n    return 1\n",
}
OTHER = {"js": "python", "python": "js"}
CALLS = 3
BOOTING_TICKS = 20  # of about 80


@pytest.mark.parametrize("isolation", ["rewind", "fresh"])
@pytest.mark.parametrize("language", LOOP)
def test_a_killed_zygote_costs_its_calls_alone(start_server, language, isolation):
    server = start_server(f"--isolation={isolation}", "--max-workers-per-function", "1")
    with Bystander(server, OTHER[language]) as bystander:
        (other,) = {processes.stat(pid)[2] for pid in server.workers() if processes.stat(pid)[2] != server.pid}
        for n in range(CALLS):
            server.http.deploy(f"f{n}", language, LOOP[language], timeoutMillis=300_000)
            assert server.http.invoke(f"f{n}", "false").body == b"1"
        footprint = Footprint(server, **{language: CALLS, OTHER[language]: 1})
        (zygote,) = set(processes.children(server.pid)) - {other}
        workers = processes.children(zygote)
        with concurrent.futures.ThreadPoolExecutor(CALLS) as pool:
            begin = {worker: processes.cpu_ticks(worker) for worker in workers}
            calls = [pool.submit(server.http.invoke, f"f{n}", "true") for n in range(CALLS)]
            assert waiting.until(lambda: all(processes.cpu_ticks(worker) >= begin[worker] + 3 for worker in workers))
            processes.end([zygote])
            for call in calls:
                reply = call.result()
                assert (reply.status, reply.reason) == (500, "WORKER_CRASHED")
        assert processes.wait_until_dead([zygote, *workers], 10) == []
        bystander.assert_answers()
        for n in range(CALLS):
            # While it is started again there may be no worker; then the call has not begun, and may be made again.
            reply = waiting.until(lambda n=n: (reply := server.http.invoke(f"f{n}", "false")).reason != "OVERLOADED" and reply)
            assert reply.body == b"1"
        footprint.assert_back()
        assert other in processes.children(server.pid)


def test_a_zygote_that_boots_ends_with_its_server(start_server):
    server = start_server()
    zygotes = waiting.until(lambda: len(found := processes.children(server.pid)) == 2 and found)
    # Past what the loader of its libraries needs, and before it has booted: stopped, so that nothing ends it but its server's end.
    (python,) = [pid for pid in zygotes if processes.stat(pid)[0] == "mayfly-python-w"]
    assert waiting.until(lambda: processes.cpu_ticks(python) >= BOOTING_TICKS)
    os.kill(python, signal.SIGSTOP)
    server.kill()  # asserts that no zygote outlives it
