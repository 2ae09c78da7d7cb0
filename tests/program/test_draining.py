"""SIGTERM: calls in flight finish, new ones are refused, and the server exits with 0."""

import threading

import grpc
from harness import processes
from harness.http import Http

SLEEP = "const handler = ms => new Promise(done => setTimeout(() => done('slept ' + ms), ms));"


def test_sigterm_lets_calls_finish_and_refuses_new_ones(start_server):
    server = start_server()
    server.http.deploy("f", "js", SLEEP, timeoutMillis=20000)
    assert server.http.invoke("f", "0").body == b'"slept 0"'
    answers = {}

    def over_http():
        answers["http"] = server.http.invoke("f", "1500")

    def over_grpc():
        answers["grpc"] = server.rpc.try_call(server.rpc.invocations.Invoke, server.rpc.invoke("f", b"1500"))

    calls = [threading.Thread(target=over_http), threading.Thread(target=over_grpc)]
    for call in calls:
        call.start()
    # Both are in flight when two workers run the function.
    while len([w for z in processes.children(server.pid) for w in processes.children(z)]) < 2:
        pass
    server.terminate()
    refused = until_refused(server)
    for call in calls:
        call.join()
    server.finish()
    assert answers["http"].body == b'"slept 1500"'
    assert answers["grpc"].result == b'"slept 1500"'
    assert refused is None or (refused.status, refused.reason) == (503, "SHUTTING_DOWN")


def until_refused(server):
    """The first answer to a new call that is not a result; None when the door is closed altogether."""
    while True:
        try:
            reply = Http(server.http_port).invoke("f", "0")
        except OSError:
            return None
        if reply.status != 200:
            return reply


def test_health_says_not_serving_while_draining(start_server):
    server = start_server()
    server.http.deploy("f", "js", SLEEP, timeoutMillis=20000)
    call = threading.Thread(target=lambda: server.http.invoke("f", "1500"))
    call.start()
    while not [w for z in processes.children(server.pid) for w in processes.children(z)]:
        pass
    assert server.rpc.serving_status() == 1
    server.terminate()
    try:
        while server.rpc.serving_status() == 1:
            pass
        assert server.rpc.serving_status() == 2
    except grpc.RpcError as error:
        assert error.code() == grpc.StatusCode.UNAVAILABLE
    call.join()
    server.finish()


def test_an_idle_server_stops_at_once_also_with_open_connections(start_server):
    import http.client

    server = start_server()
    connection = http.client.HTTPConnection("127.0.0.1", server.http_port)
    connection.request("GET", "/health")
    connection.getresponse().read()
    watch = server.rpc.functions.WatchFunctions(__import__("mayfly.v1.function_service_pb2", fromlist=["x"]).WatchFunctionsRequest())
    next(watch)
    server.stop()
    connection.close()


def test_a_call_longer_than_the_drain_timeout_is_ended(start_server):
    server = start_server("--drain-timeout", "500ms")
    server.http.deploy("f", "js", "function handler() { for (;;) {} }", timeoutMillis=60000)
    answers = []
    call = threading.Thread(target=lambda: answers.append(attempt(server)))
    call.start()
    while not [w for z in processes.children(server.pid) for w in processes.children(z)]:
        pass
    server.stop()
    call.join()
    assert answers == [None] or answers[0].status in (499, 503)


def attempt(server):
    import http.client

    try:
        return server.http.invoke("f")
    except (OSError, http.client.HTTPException):
        return None
