"""Each limit of docs/limits.md that an operator may set: what is under it is served, what passes it gets its own reason, and the next call works.

What a guest's memory, processes, files and output come to is in test_guest_faults.py; the queues are in test_overload.py.
"""

import pathlib

import pytest
from harness import processes
from harness.bystander import Bystander

MIB = 1 << 20
ECHO = "function handler(event) { return event; }"
LENGTH = "function handler(event) { return event.length; }"
REPEAT = "function handler(n) { return 'x'.repeat(n); }"
SPIN = {
    "js": "function handler(spins) { if (!spins) return 'fine'; for (;;) {} }",
    "python": "def handler(spins):\n    if not spins:\n        return 'fine'\n    while True:\n        pass\n",
}
SLEEP = {
    "js": "const handler = ms => new Promise(done => setTimeout(() => done('woke'), ms));",
    "python": "import time\ndef handler(ms):\n    time.sleep(ms / 1000)\n    return 'woke'\n",
}
languages = pytest.mark.parametrize("language", ["js", "python"])


def answer(reply):
    return reply.status, reply.reason, reply.json()["status"]


@languages
def test_cpu_time_is_bounded_and_sleep_is_none(start_server, language):
    server = start_server("--max-cpu-time", "100ms")
    server.http.deploy("spin", language, SPIN[language], timeoutMillis=60_000)
    server.http.deploy("sleep", language, SLEEP[language], timeoutMillis=60_000)
    with Bystander(server, language):
        for _ in range(2):
            reply = server.http.invoke("spin", "true")
            assert answer(reply) == (429, "CPU_LIMIT", "RESOURCE_EXHAUSTED"), reply.body
            assert reply.detail("RetryInfo") is None
            assert float(reply.detail("Receipt")["cpuTime"].rstrip("s")) >= 0.1
            assert server.http.invoke("spin", "false").body == b'"fine"'
        assert server.http.invoke("sleep", "300").body == b'"woke"'
    reply = server.http.post("/run", {"languageId": language, "source": SPIN[language], "event": True, "timeoutMillis": 60_000})
    assert answer(reply) == (429, "CPU_LIMIT", "RESOURCE_EXHAUSTED")


@languages
def test_a_call_takes_no_longer_than_the_server_lets_it(start_server, language):
    server = start_server("--max-timeout", "500ms")
    server.http.deploy("f", language, SPIN[language], timeoutMillis=300_000)
    with Bystander(server, language):
        while (reply := server.http.invoke("f", "true")).reason == "QUEUE_TIMEOUT":
            pass
        assert answer(reply) == (504, "FUNCTION_TIMEOUT", "DEADLINE_EXCEEDED")
        assert server.http.invoke("f", "false").body == b'"fine"'


def test_events_results_and_sources_have_the_servers_bounds(start_server):
    server = start_server("--max-event", "1", "--max-result", "2", "--max-source", "3")
    server.http.deploy("length", "js", LENGTH)
    text = b'"' + b"x" * (MIB - 2) + b'"'
    assert server.http.invoke("length", text).body == str(MIB - 2).encode()
    assert answer(server.http.invoke("length", text + b" ")) == (413, "EVENT_TOO_LARGE", "RESOURCE_EXHAUSTED")
    large = server.http.post("/run", {"languageId": "js", "source": ECHO, "event": "x" * MIB})
    assert answer(large) == (413, "EVENT_TOO_LARGE", "RESOURCE_EXHAUSTED")

    server.http.deploy("repeat", "js", REPEAT)
    assert len(server.http.invoke("repeat", str(2 * MIB - 2)).body) == 2 * MIB
    assert answer(server.http.invoke("repeat", str(2 * MIB - 1))) == (429, "RESULT_TOO_LARGE", "RESOURCE_EXHAUSTED")

    fits = ECHO + " " * (3 * MIB - len(ECHO))
    assert server.http.post("/functions", {"id": "f", "languageId": "js", "source": fits}).status == 201
    too_large = {"id": "g", "languageId": "js", "source": fits + " "}
    assert answer(server.http.post("/functions", too_large)) == (413, "SOURCE_TOO_LARGE", "RESOURCE_EXHAUSTED")
    assert answer(server.http.post("/run", {"languageId": "js", "source": fits + " ", "event": 1})) == (413, "SOURCE_TOO_LARGE", "RESOURCE_EXHAUSTED")
    assert server.http.get("/functions/g").status == 404
    assert server.http.invoke("f", "1").body == b"1"


def test_source_has_16_mib_unless_it_is_said(start_server):
    server = start_server()
    source = ECHO + " " * (16 * MIB - len(ECHO) + 1)
    reply = server.http.post("/functions", {"id": "f", "languageId": "js", "source": source})
    assert answer(reply) == (413, "SOURCE_TOO_LARGE", "RESOURCE_EXHAUSTED")
    assert server.http.post("/functions", {"id": "f", "languageId": "js", "source": source[:-1]}).status == 201
    assert server.http.invoke("f", "1").body == b"1"


@languages
def test_logs_have_the_servers_bound(start_server, language):
    server = start_server("--max-logs", "1")
    source = {
        "js": "function handler(n) { for (let i = 0; i < n; i++) console.log('x'.repeat(100)); return n; }",
        "python": "def handler(n):\n    for i in range(n):\n        print('x' * 100)\n    return n\n",
    }
    server.http.deploy("f", language, source[language])
    path = "/v1/namespaces/default/functions/f:invoke"
    fits = server.http.post(path, "10").json()
    assert (len(fits["receipt"]["logs"]), fits["receipt"]["logsTruncated"]) == (10, False)
    cut = server.http.post(path, "11").json()
    assert (cut["result"], len(cut["receipt"]["logs"]), cut["receipt"]["logsTruncated"]) == (11, 10, True)


def test_functions_are_counted(start_server):
    server = start_server("--max-functions", "2")
    for id in ("a", "b"):
        server.http.deploy(id, "js", ECHO)
    assert answer(server.http.post("/functions", {"id": "c", "languageId": "js", "source": ECHO})) == (429, "FUNCTIONS_EXHAUSTED", "RESOURCE_EXHAUSTED")
    server.http.deploy("a", "js", ECHO + " ")  # another revision is no further function
    assert server.http.delete("/functions/b").status == 200
    server.http.deploy("c", "js", ECHO)
    assert server.http.invoke("c", "1").body == b"1"


def test_a_function_larger_than_all_workers_together_is_refused(start_server):
    server = start_server("--max-worker-memory", "200")
    server.http.deploy("f", "js", ECHO, memoryLimitMib=200)
    with Bystander(server):
        for path in ("/functions", "/run"):
            reply = server.http.post(path, {"languageId": "js", "source": ECHO, "memoryLimitMib": 201})
            assert answer(reply) == (400, "MEMORY_BUDGET_EXCEEDED", "FAILED_PRECONDITION"), reply.body
            assert "--max-worker-memory" in reply.json()["message"]
            assert "memoryLimitMib" in reply.json()["message"]
        assert sorted(stored["id"] for stored in server.http.get("/functions").json()) == ["bystander-js", "f"]
        assert server.http.invoke("f", "1").body == b"1"


def test_a_function_that_was_stored_when_there_was_more_is_refused_by_its_call(start_server, tmp_path):
    store = tmp_path / "store"
    server = start_server("--max-worker-memory", "256", data_dir=store)
    server.http.deploy("f", "js", ECHO, memoryLimitMib=256)
    server.http.deploy("small", "js", ECHO, memoryLimitMib=64)
    assert server.http.invoke("f", "1").body == b"1"
    server.stop()
    server = start_server("--max-worker-memory", "255", data_dir=store)
    reply = server.http.invoke("f", "1")
    assert answer(reply) == (400, "MEMORY_BUDGET_EXCEEDED", "FAILED_PRECONDITION")
    assert reply.detail("ErrorInfo")["metadata"] == {"function": "namespaces/default/functions/f", "revision": "1"}
    assert server.http.invoke("small", "1").body == b"1"


def test_the_kernel_would_end_a_worker_before_the_server(start_server):
    server = start_server()
    server.http.deploy("f", "js", ECHO)
    assert server.http.invoke("f", "1").body == b"1"
    zygotes = processes.children(server.pid)
    (worker,) = [pid for zygote in zygotes for pid in processes.children(zygote)]
    scores = {pid: int(pathlib.Path(f"/proc/{pid}/oom_score_adj").read_text()) for pid in (server.pid, *zygotes, worker)}
    assert scores[worker] == 1000
    assert all(scores[pid] < 1000 for pid in (server.pid, *zygotes))


def test_more_memory_than_there_is_is_refused_at_the_start(mayfly):
    done = mayfly("serve", "--port", "0", "--grpc-port", "0", "--max-worker-memory", str(1 << 30))
    assert done.code == 2
    assert "--max-worker-memory 1073741824 is more than the " in done.stderr
    assert "--overcommit-memory" in done.stderr


def test_more_memory_than_there_is_is_taken_when_it_is_meant(start_server):
    server = start_server("--max-worker-memory", str(1 << 30), "--overcommit-memory")
    server.http.deploy("f", "js", ECHO)
    assert server.http.invoke("f", "1").body == b"1"


@pytest.mark.parametrize(
    "flag, value",
    [("--max-event", "7"), ("--max-result", "0"), ("--max-logs", "257"), ("--max-source", "17"), ("--max-crashes", "0"), ("--max-cpu-time", "soon")],
)
def test_a_limit_out_of_range_is_refused_at_the_start(mayfly, flag, value):
    done = mayfly("serve", "--port", "0", "--grpc-port", "0", flag, value)
    assert done.code == 2
    assert flag in done.stderr
