"""Clients that leave, dawdle or come in crowds: their calls end, and an honest client is answered all the while.

With short limits of time, each of them is tested in gateway/http_server_test.cc (TimesOut…, ClosesAnIdleConnection…).
"""

import contextlib
import select
import socket
import struct

import pytest
from harness import processes, waiting
from harness.bystander import Bystander
from harness.footprint import Footprint
from harness.http import Http

LOOP = {
    "js": "function handler(loop) { while (loop) {} return 1; }",
    "python": "def handler(loop):\n    while loop:\n        pass\n    return 1\n",
}
LOOPING = b"POST /invoke/f HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\ntrue"
CROWD = 200
HEADER_SECONDS = 10  # kHttpHeaderTimeMax


def workers(server):
    return {worker for zygote in processes.children(server.pid) for worker in processes.children(zygote)}


def wait_until_looping(pid):
    begin = processes.cpu_ticks(pid)
    assert waiting.until(lambda: processes.cpu_ticks(pid) >= begin + 3), "the worker does not run"


@contextlib.contextmanager
def closes(server):
    with socket.create_connection(("127.0.0.1", server.http_port)) as connection:
        connection.sendall(LOOPING)
        yield


@contextlib.contextmanager
def resets(server):
    with socket.create_connection(("127.0.0.1", server.http_port)) as connection:
        connection.sendall(LOOPING)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        yield


@contextlib.contextmanager
def cancels(server):
    call = server.rpc.invocations.Invoke.future(server.rpc.invoke("f", b"true"))
    yield
    call.cancel()


@pytest.mark.parametrize("leaves", [closes, resets, cancels])
@pytest.mark.parametrize("language", LOOP)
def test_a_client_that_leaves_takes_its_worker_with_it(start_server, language, leaves):
    server = start_server("--max-workers-per-function", "1")
    with Bystander(server, language) as bystander:
        others = workers(server)
        server.http.deploy("f", language, LOOP[language], timeoutMillis=300_000)
        assert server.rpc.call(server.rpc.invocations.Invoke, server.rpc.invoke("f", b"false")).result == b"1"
        footprint = Footprint(server, **{language: 2})
        (worker,) = workers(server) - others
        with leaves(server):
            wait_until_looping(worker)
        assert processes.wait_until_dead([worker], 10) == []
        # The one slot that the function has is free.
        assert server.http.invoke("f", "false").body == b"1"
        bystander.assert_answers()
        footprint.assert_back()
        assert workers(server) >= others


def dawdlers(server, sent):
    crowd = [socket.create_connection(("127.0.0.1", server.http_port), timeout=60) for _ in range(CROWD)]
    for connection in crowd:
        connection.sendall(sent)
    return crowd


def test_hundreds_of_slow_and_idle_clients_keep_nobody_waiting(start_server):
    server = start_server()
    with Bystander(server) as bystander:
        footprint = Footprint(server, js=1)
        idle = dawdlers(server, b"")
        heads = dawdlers(server, b"POST /run HTTP/1.1\r\nHost: x\r\nContent-Le")
        bodies = dawdlers(server, b'POST /run HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"langua')
        bystander.assert_answers()
        for connection in heads:
            assert select.select([connection], [], [], HEADER_SECONDS + 20)[0], "still open"
            assert connection.recv(1 << 16).startswith(b"HTTP/1.1 408 ")
        bystander.assert_answers()
        # A new client comes through, whoever else is there.
        assert server.http.get("/health").body == b"OK"
        for connection in [*idle, *heads, *bodies]:
            connection.close()
        footprint.assert_back()


def test_a_crowd_beyond_the_limit_is_told_to_come_back(start_server):
    server = start_server("--max-connections", "50")
    with Bystander(server) as bystander:
        footprint = Footprint(server, js=1)
        crowd = [socket.create_connection(("127.0.0.1", server.http_port), timeout=60) for _ in range(49)]
        reply = Http(server.http_port).get("/health")
        assert (reply.status, reply.reason) == (503, "OVERLOADED")
        assert int(reply.header("Retry-After")) >= 1
        bystander.assert_answers()
        for connection in crowd:
            connection.close()
        assert waiting.until(lambda: Http(server.http_port).get("/health").status == 200)
        footprint.assert_back()
