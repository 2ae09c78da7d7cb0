"""More calls than fit: a bounded queue, 503 with Retry-After beyond it, and who comes back gets through.

What the load costs in calls answered a second is measured by bench/run (the step `overload`).
"""

import concurrent.futures
import socket
import threading

import select
from harness import waiting
from harness.bystander import Bystander
from harness.http import Http

SLEEP = "const handler = ms => new Promise(done => setTimeout(() => done(ms), ms));"
QUEUE = 8
# With the one that runs, ten times as many as fit.
CALLS = 10 * (QUEUE + 1)
RETRIES_MAX = 1000
PAUSE_SECONDS = 0.05
ONE_WORKER = ("--max-workers-per-function", "1", "--max-queue-per-function", str(QUEUE))


def send(server, event):
    connection = socket.create_connection(("127.0.0.1", server.http_port), timeout=60)
    connection.sendall(b"POST /invoke/f HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s" % (len(event), event))
    return connection


def answered(connections):
    return select.select(connections, [], [], 0)[0]


def waits(server):
    """A call that can wait for a moment only finds no worker: the one there may be has a call."""
    return server.http.invoke("f", 0, headers={"Grpc-Timeout": "200m"}).reason == "QUEUE_TIMEOUT"


def test_exactly_the_queue_is_kept_and_the_rest_told_to_come_back(start_server):
    server = start_server(*ONE_WORKER)
    server.http.deploy("f", "js", SLEEP, timeoutMillis=300_000)
    assert server.http.invoke("f", 0).status == 200  # its worker is there
    with Bystander(server) as bystander:
        running = send(server, b"300000")
        assert waiting.until(lambda: waits(server)), "the call does not run"
        calls = [send(server, b"0") for _ in range(CALLS)]
        assert waiting.until(lambda: len(answered(calls)) == CALLS - QUEUE)
        bystander.assert_answers()
        refused = answered(calls)
        assert len(refused) == CALLS - QUEUE
        for connection in refused:
            head = connection.recv(1 << 16)
            assert head.startswith(b"HTTP/1.1 503 ")
            assert b'"reason":"OVERLOADED"' in head
            assert b"\r\nRetry-After: 1\r\n" in head
        queued = [connection for connection in calls if connection not in refused]
        running.close()  # its worker is killed, and those that wait get the next
        for connection in queued:
            assert connection.recv(1 << 16).startswith(b"HTTP/1.1 200 ")
        for connection in calls:
            connection.close()


def test_whoever_comes_back_gets_through(start_server):
    server = start_server(*ONE_WORKER)
    server.http.deploy("f", "js", SLEEP)
    pause = threading.Event()

    def call():
        for refusals in range(RETRIES_MAX):
            reply = Http(server.http_port).invoke("f", "5")
            if reply.status == 200:
                return reply.body, refusals
            assert (reply.status, reply.reason) == (503, "OVERLOADED")
            pause.wait(PAUSE_SECONDS)
        raise AssertionError("never answered")

    with Bystander(server), concurrent.futures.ThreadPoolExecutor(CALLS) as pool:
        answers = [call.result() for call in [pool.submit(call) for _ in range(2 * CALLS)]]
    assert {body for body, _ in answers} == {b"5"}
    assert sum(refusals for _, refusals in answers) > 0
