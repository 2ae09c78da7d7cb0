"""Receipts are true."""

import threading

import pytest
from mayfly.v1 import invocation_pb2

ECHO = {"js": "function handler(event) { return event; }", "python": "def handler(event):\n    return event\n"}
# Runs until it has used `event` milliseconds of CPU time.
BUSY = {
    "js": "function handler(ms) { const end = performance.now() + ms; let n = 0; while (performance.now() < end) n++; return n > 0; }",
    "python": "import time\ndef handler(ms):\n    end = time.process_time() + ms / 1000\n    while time.process_time() < end:\n        pass\n    return True\n",
}
SLEEP = {
    "js": "const handler = ms => new Promise(done => setTimeout(() => done(true), ms));",
    "python": "import time\ndef handler(ms):\n    time.sleep(ms / 1000)\n    return True\n",
}
# Holds `event` MiB at once.
GREEDY = {
    "js": "function handler(mib) { const a = []; for (let i = 0; i < mib; i++) a.push(new Uint8Array(1 << 20).fill(1)); return a.length; }",
    "python": "def handler(mib):\n    a = [bytes([1]) * (1 << 20) for _ in range(mib)]\n    return len(a)\n",
}
languages = pytest.mark.parametrize("language", ["js", "python"])


def millis(duration):
    return duration.ToNanoseconds() / 1e6


def receipt_of(rpc, id, event):
    return rpc.call(rpc.invocations.Invoke, rpc.invoke(id, event)).receipt


@languages
def test_the_first_call_of_a_worker_is_cold_and_the_next_warm(start_server, language):
    rpc = (server := start_server("--max-workers", "2")).rpc
    server.http.deploy("f", language, ECHO[language])
    server.http.deploy("g", language, ECHO[language])
    receipts = [receipt_of(rpc, "f", b"1") for _ in range(3)]
    assert [receipt.start for receipt in receipts[1:]] == [invocation_pb2.WARM] * 2
    assert millis(receipts[1].load_time) == millis(receipts[2].load_time) == 0
    assert len({receipt.invocation_id for receipt in receipts}) == 3
    # A new revision has no worker yet, and the time that takes is told.
    server.http.deploy("f", language, ECHO[language] + "\n")
    run = [receipt_of(rpc, "f", b"1"), receipt_of(rpc, "f", b"1")]
    assert [r.revision for r in run] == [2, 2]
    assert run[1].start == invocation_pb2.WARM


@languages
def test_a_run_is_cold_and_its_load_is_told(rpc, language):
    from mayfly.v1 import invocation_service_pb2

    request = invocation_service_pb2.RunRequest(language_id=language, source=ECHO[language])
    receipt = rpc.call(rpc.invocations.Run, request).receipt
    assert receipt.start == invocation_pb2.COLD
    assert millis(receipt.load_time) > 0
    assert millis(receipt.total_time) >= millis(receipt.queue_time) + millis(receipt.load_time) + millis(receipt.run_time)


@languages
def test_the_cpu_time_is_that_of_the_guest(rpc, http, function_id, language):
    http.deploy(function_id + "-busy", language, BUSY[language])
    http.deploy(function_id + "-sleep", language, SLEEP[language])
    busy = receipt_of(rpc, function_id + "-busy", b"300")
    # A busy machine gives the worker less than it asks for, so the wall clock alone bounds it.
    assert millis(busy.cpu_time) <= millis(busy.run_time) * 1.1 + 5
    assert millis(busy.cpu_time) >= (250 if language == "python" else 30)
    sleep = receipt_of(rpc, function_id + "-sleep", b"300")
    assert millis(sleep.run_time) >= 290
    assert millis(sleep.cpu_time) < 150


@languages
def test_the_peak_is_that_of_the_call_alone(rpc, http, function_id, language):
    http.deploy(function_id, language, GREEDY[language], memoryLimitMib=256)
    small = receipt_of(rpc, function_id, b"0")
    large = receipt_of(rpc, function_id, b"80")
    mib = 1024
    assert large.peak_memory_kib >= small.peak_memory_kib + 70 * mib
    after = [receipt_of(rpc, function_id, b"0") for _ in range(3)]
    assert max(receipt.peak_memory_kib for receipt in after) <= large.peak_memory_kib
    assert after[-1].peak_memory_kib <= small.peak_memory_kib + 30 * mib
    again = [receipt_of(rpc, function_id, b"80") for _ in range(5)]
    assert max(receipt.peak_memory_kib for receipt in again) <= large.peak_memory_kib + 110 * mib
    assert {receipt.start for receipt in (large, *after, *again)} == {invocation_pb2.WARM}


@languages
def test_the_queue_is_told_when_calls_wait(start_server, language):
    server = start_server("--max-workers", "1")
    server.http.deploy("f", language, SLEEP[language])
    receipt_of(server.rpc, "f", b"0")
    receipts = []
    calls = [threading.Thread(target=lambda: receipts.append(receipt_of(server.rpc, "f", b"300"))) for _ in range(4)]
    for call in calls:
        call.start()
    for call in calls:
        call.join()
    queued = sorted(millis(receipt.queue_time) for receipt in receipts)
    # One runs at a time, so the last has waited for the three before it: 900 ms, less what it came later.
    assert queued[-1] >= 300
    assert [wait > 0 for wait in queued[1:]] == [True] * 3
    for receipt in receipts:
        assert millis(receipt.total_time) >= millis(receipt.queue_time) + millis(receipt.run_time)


@languages
def test_the_engine_times_are_within_the_run(rpc, http, function_id, language):
    http.deploy(function_id, language, SLEEP[language])
    receipt = receipt_of(rpc, function_id, b"50")
    times = receipt.engine_times
    assert millis(times.handler) >= 48
    assert millis(times.parse) + millis(times.handler) + millis(times.serialize) <= millis(receipt.run_time)


def test_log_entries_tell_when_they_were_written(rpc, http, function_id):
    source = "async function handler() { console.log('a'); await new Promise(r => setTimeout(r, 50)); console.log('b'); }"
    http.deploy(function_id, "js", source)
    logs = receipt_of(rpc, function_id, b"").logs
    offsets = [millis(entry.offset) for entry in logs][-2:]
    assert 0 <= offsets[0] <= offsets[1] - 48


@languages
def test_a_failed_call_has_a_true_receipt_too(rpc, http, function_id, language):
    source = {"js": "function handler() { for (;;) {} }", "python": "def handler(event):\n    while True:\n        pass\n"}
    http.deploy(function_id, language, source[language], timeoutMillis=300)
    error = rpc.fail(rpc.invocations.Invoke, rpc.invoke(function_id))
    assert error.reason == "FUNCTION_TIMEOUT"
    assert 250 <= millis(error.receipt.total_time)
    assert error.receipt.name == f"namespaces/default/functions/{function_id}"
    assert error.receipt.revision == 1
