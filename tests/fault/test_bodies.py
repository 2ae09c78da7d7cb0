"""Bodies that are too large, too deep or broken: a 4xx before they are held, never a 5xx."""

import json
import select
import socket

import pytest
from harness import processes
from harness.bystander import Bystander

GB = 1 << 30
MIB = 1 << 20
CHUNK = b" " * 65536
# What may lie in the sockets between the client and a server that has stopped reading.
SOCKETS_BYTES = 16 * MIB
ECHO = "function handler(event) { return event; }"

BROKEN = {
    "100,000 nested arrays": b"[" * 100_000 + b"]" * 100_000,
    "100,000 open arrays": b"[" * 100_000,
    "100,000 nested objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "invalid UTF-8": b'{"id":"\xff\xfe"}',
    "an overlong encoding": b'{"id":"\xc0\xaf"}',
    "a truncated object": b'{"id": "f", "source"',
    "a truncated text": b'"abc',
    "a truncated escape": b'{"id":"\\u12',
    "two values": b"{} {}",
    "a null byte": b'{"id":"\x00"}',
    "no JSON at all": b"<xml/>",
}


def stream(port, path, chunked):
    """Offers a body of 1 GB until the server answers: (the answer, the bytes that were sent by then)."""
    length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {GB}"
    part = b"%x\r\n%s\r\n" % (len(CHUNK), CHUNK) if chunked else CHUNK
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\n{length}\r\n\r\n".encode())
        sent = 0
        while sent < GB and not select.select([connection], [], [], 0)[0]:
            connection.sendall(part)
            sent += len(CHUNK)
        return connection.recv(1 << 20), sent


@pytest.mark.parametrize("chunked", [False, True], ids=["declared", "chunked"])
@pytest.mark.parametrize(
    "path, reason, bytes_max",
    [("/invoke/f", "EVENT_TOO_LARGE", 6 * MIB), ("/functions", "REQUEST_TOO_LARGE", 24 * MIB), ("/run", "REQUEST_TOO_LARGE", 24 * MIB)],
)
def test_a_body_of_1_gb_is_refused_before_it_has_come(start_server, path, reason, bytes_max, chunked):
    server = start_server()
    server.http.deploy("f", "js", ECHO)
    with Bystander(server):
        peak_before = processes.peak_resident_kib(server.pid)
        answer, sent = stream(server.http_port, path, chunked)
        assert answer.startswith(b"HTTP/1.1 413 ")
        assert json.loads(answer[answer.index(b"\r\n\r\n") :])["details"][0]["reason"] == reason
        # A declared length is refused before any of it is read.
        assert sent <= SOCKETS_BYTES + (bytes_max if chunked else 0)
        # Read into a text that doubles as it grows.
        assert processes.peak_resident_kib(server.pid) - peak_before <= (2 * bytes_max + SOCKETS_BYTES) // 1024
    assert server.http.invoke("f", "7").body == b"7"


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
def test_a_broken_body_is_the_callers_mistake(server, function_id, body):
    server.http.deploy(function_id, "js", ECHO)
    for path, reason in ((f"/invoke/{function_id}", "EVENT_INVALID"), ("/functions", "REQUEST_INVALID"), ("/run", "REQUEST_INVALID")):
        reply = server.http.post(path, body)
        assert (reply.status, reply.reason, reply.json()["status"]) == (400, reason, "INVALID_ARGUMENT"), path
    assert server.http.invoke(function_id, "7").body == b"7"


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
def test_a_broken_event_over_grpc_is_the_callers_mistake(server, function_id, body):
    server.http.deploy(function_id, "js", ECHO)
    name = f"namespaces/default/functions/{function_id}"
    error = server.rpc.fail(server.rpc.invocations.Invoke, server.rpc.invoke(name, body))
    assert (error.code.name, error.reason) == ("INVALID_ARGUMENT", "EVENT_INVALID")
    assert server.rpc.call(server.rpc.invocations.Invoke, server.rpc.invoke(name, b"7")).result == b"7"
