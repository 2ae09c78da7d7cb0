"""A call's deadline is the smallest of the caller's and the function's; the queue counts."""

import threading
import time

import grpc
import pytest
from harness import processes

LOOP = {"js": "function handler(loop) { while (loop) {} return 1; }", "python": "def handler(loop):\n    while loop:\n        pass\n    return 1\n"}
languages = pytest.mark.parametrize("language", ["js", "python"])


def timed(action):
    start = time.monotonic()
    return action(), time.monotonic() - start


@languages
def test_the_functions_own_timeout_ends_a_call(http, function_id, language):
    http.deploy(function_id, language, LOOP[language], timeoutMillis=300)
    reply, seconds = timed(lambda: http.invoke(function_id, "true"))
    assert (reply.status, reply.reason, reply.json()["status"]) == (504, "FUNCTION_TIMEOUT", "DEADLINE_EXCEEDED")
    assert seconds >= 0.3
    assert http.invoke(function_id, "false").body == b"1"


@pytest.mark.parametrize("value", ["300m", "300000u", "99999999n"])
def test_grpc_timeout_ends_a_call_over_http(http, function_id, value):
    http.deploy(function_id, "js", LOOP["js"], timeoutMillis=60000)
    reply, seconds = timed(lambda: http.invoke(function_id, "true", headers={"Grpc-Timeout": value}))
    assert (reply.status, reply.reason) == (504, "FUNCTION_TIMEOUT")
    assert 0.099 <= seconds < 30


def test_a_longer_grpc_timeout_does_not_lengthen_the_functions_own(http, function_id):
    http.deploy(function_id, "js", LOOP["js"], timeoutMillis=300)
    reply, seconds = timed(lambda: http.invoke(function_id, "true", headers={"Grpc-Timeout": "60S"}))
    assert (reply.status, reply.reason) == (504, "FUNCTION_TIMEOUT")
    assert seconds < 30


@languages
def test_a_grpc_deadline_ends_a_call_and_frees_its_worker(start_server, language):
    server = start_server("--max-workers", "1")
    server.http.deploy("f", language, LOOP[language], timeoutMillis=60000)
    error, seconds = timed(lambda: server.rpc.fail(server.rpc.invocations.Invoke, server.rpc.invoke("f", b"true"), timeout=0.5))
    assert error.code == grpc.StatusCode.DEADLINE_EXCEEDED
    assert seconds < 30
    # The one worker there may be is free again.
    assert server.http.invoke("f", "false").body == b"1"


def test_a_run_has_a_deadline_too(http):
    body = {"languageId": "js", "source": LOOP["js"], "timeoutMillis": 300, "event": True}
    reply = http.post("/run", body)
    assert (reply.status, reply.reason) == (504, "FUNCTION_TIMEOUT")


@languages
def test_a_client_that_cancels_or_leaves_frees_its_worker(start_server, language):
    server = start_server("--max-workers", "1")
    server.http.deploy("f", language, LOOP[language], timeoutMillis=300000)
    zygotes = set(server.workers())
    assert server.http.invoke("f", "false").body == b"1"
    call = server.rpc.invocations.Invoke.future(server.rpc.invoke("f", b"true"))
    call.cancel()
    assert server.http.invoke("f", "false").body == b"1"
    import socket

    with socket.create_connection(("127.0.0.1", server.http_port)) as connection:
        connection.sendall(b"POST /invoke/f HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\ntrue")
    assert server.http.invoke("f", "false").body == b"1"
    assert len(zygotes) >= 2


def test_a_call_that_waits_too_long_never_starts(start_server):
    server = start_server("--max-workers", "1")
    server.http.deploy("busy", "js", LOOP["js"], timeoutMillis=2000)
    server.http.deploy("short", "js", "function handler() { return 1; }", timeoutMillis=300)
    replies = []
    busy = threading.Thread(target=lambda: replies.append(server.http.invoke("busy", "true")))
    busy.start()
    waited = wait_for(lambda: server.http.invoke("short"), lambda reply: reply.status != 200)
    busy.join()
    assert (waited.status, waited.reason, waited.json()["status"]) == (504, "QUEUE_TIMEOUT", "DEADLINE_EXCEEDED")
    assert replies[0].reason == "FUNCTION_TIMEOUT"
    assert server.http.invoke("short").body == b"1"


def wait_for(action, accept):
    """Repeats an action until its answer is as wanted."""
    while not accept(answer := action()):
        pass
    return answer


def test_a_full_queue_is_overloaded_with_a_time_to_come_back(start_server):
    server = start_server("--max-workers", "1", "--max-queue-per-function", "2")
    server.http.deploy("f", "js", LOOP["js"], timeoutMillis=1500)
    replies = []
    calls = [threading.Thread(target=lambda: replies.append(server.http.invoke("f", "true"))) for _ in range(6)]
    for call in calls:
        call.start()
    for call in calls:
        call.join()
    refused = [reply for reply in replies if reply.status == 503]
    assert len(refused) >= 3
    for reply in refused:
        assert (reply.reason, reply.json()["status"]) == ("OVERLOADED", "UNAVAILABLE")
        assert int(reply.header("Retry-After")) >= 1
        assert reply.detail("RetryInfo")["retryDelay"].endswith("s")
    others = {reply.reason for reply in replies if reply.status != 503}
    assert others <= {"FUNCTION_TIMEOUT", "QUEUE_TIMEOUT"}


def test_the_number_of_workers_is_bounded(start_server):
    server = start_server("--max-workers", "2")
    for n in range(6):
        server.http.deploy(f"f{n}", "js", f"function handler() {{ return {n}; }}")
    for n in [*range(6), *range(6)]:
        assert server.http.invoke(f"f{n}").body == str(n).encode()
    zygotes = processes.children(server.pid)
    workers = [worker for zygote in zygotes for worker in processes.children(zygote)]
    assert len(workers) <= 2
