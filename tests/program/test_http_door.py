"""What HTTP itself answers: routes, methods, limits, headers."""

import json

import pytest

JS = "function handler(event) { return event; }"


def test_health_answers_ok(http):
    reply = http.get("/health")
    assert (reply.status, reply.header("Content-Type"), reply.body) == (200, "text/plain", b"OK")


@pytest.mark.parametrize("path", ["/", "/nope", "/functions/a/b/c", "/v1", "/invoke/", "/%2e%2e/etc/passwd", "/functions//"])
def test_a_path_that_no_rpc_has_is_a_404(http, path):
    reply = http.get(path)
    assert reply.status == 404
    assert reply.reason == "ROUTE_NOT_FOUND"
    assert reply.json()["error"] == reply.json()["message"]


@pytest.mark.parametrize(
    "method, path, allow",
    [
        ("PUT", "/functions", {"GET", "POST"}),
        ("GET", "/invoke/a", {"POST"}),
        ("POST", "/functions/a", {"GET", "PATCH", "DELETE"}),
        ("POST", "/health", {"GET"}),
        ("DELETE", "/run", {"POST"}),
    ],
)
def test_a_method_that_a_path_does_not_have_is_a_405(http, method, path, allow):
    reply = http.request(method, path)
    assert (reply.status, reply.reason) == (405, "METHOD_NOT_ALLOWED")
    assert allow <= set(reply.header("Allow").replace(" ", "").split(","))


def test_head_answers_as_get_without_a_body(http):
    reply = http.request("HEAD", "/functions")
    assert (reply.status, reply.body) == (200, b"")
    assert http.request("HEAD", "/health").status == 200


def test_options_names_the_methods(http):
    reply = http.request("OPTIONS", "/functions")
    assert reply.status in (200, 204)
    assert {"GET", "POST"} <= set(reply.header("Allow").replace(" ", "").split(","))


@pytest.mark.parametrize("value", ["x", "5", "-1S", "123456789S", "5X", ""])
def test_a_bad_grpc_timeout_is_a_400(http, function_id, value):
    http.deploy(function_id, "js", JS)
    reply = http.invoke(function_id, headers={"Grpc-Timeout": value})
    assert (reply.status, reply.reason) == (400, "REQUEST_INVALID")


def test_headers_that_are_too_large_are_a_431(http):
    reply = http.get("/health", headers={"X": "x" * 40_000})
    assert reply.status == 431
    assert reply.json()["error"]


def test_a_body_that_is_too_large_is_a_413_before_it_is_sent(http, function_id):
    http.deploy(function_id, "js", JS)
    for path, length, reason in [
        (f"/invoke/{function_id}", 7 * 1024 * 1024, "EVENT_TOO_LARGE"),
        ("/functions", 10**12, "REQUEST_TOO_LARGE"),
    ]:
        head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n".encode()
        received = http.raw(head)
        assert received.startswith(b"HTTP/1.1 413 ")
        body = json.loads(received[received.index(b"\r\n\r\n") :])
        assert body["details"][0]["reason"] == reason


@pytest.mark.parametrize(
    "sent",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /health HTTP/1.1\r\nbad header\r\n\r\n",
        b"POST /run HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
        b"POST /run HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n[]",
        b"POST /run HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03",
    ],
)
def test_what_is_not_http_is_refused_and_the_connection_closed(http, sent):
    received = http.raw(sent)
    assert received == b"" or received.startswith(b"HTTP/1.1 4")
    assert http.get("/health").status == 200


def test_a_client_that_leaves_in_the_middle_harms_nobody(http, server):
    import socket

    for sent in (b"POST /run HTTP/1.1\r\nContent-Le", b"POST /run HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"):
        with socket.create_connection(("127.0.0.1", server.http_port)) as connection:
            connection.sendall(sent)
    assert http.get("/health").status == 200


def test_requests_may_be_sent_on_one_connection_and_ahead(http, function_id):
    http.deploy(function_id, "js", JS)
    one = f"POST /invoke/{function_id} HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n%d"
    last = f"POST /invoke/{function_id} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 1\r\n\r\n%d"
    received = http.raw((one % 1 + one % 2 + last % 3).encode())
    assert received.count(b"HTTP/1.1 200 ") == 3
    assert [part.rsplit(b"\r\n\r\n")[-1] for part in received.split(b"HTTP/1.1 ")[1:]] == [b"1", b"2", b"3"]


def test_names_in_paths_are_percent_decoded(http, function_id):
    http.deploy("enc." + function_id, "js", JS)
    assert http.get("/functions/enc%2E" + function_id).json()["id"] == "enc." + function_id
    reply = http.get("/functions/a%2Fb")
    assert (reply.status, reply.reason) == (400, "NAME_INVALID")


def test_a_path_that_is_no_utf8_is_refused(http):
    for path in ("/invoke/%ff", "/functions/%c3%28", "/functions/%zz"):
        reply = http.request("GET" if path.startswith("/f") else "POST", path)
        assert (reply.status, reply.reason) == (400, "REQUEST_INVALID")


@pytest.mark.parametrize("id", ["-a", ".a", "a b", "ž", "a" * 129, "a%00b"])
def test_an_id_that_is_none_is_refused(http, id):
    from urllib.parse import quote

    reply = http.post(f"/invoke/{quote(id, safe='%')}", "1")
    assert (reply.status, reply.reason) == (400, "NAME_INVALID")
