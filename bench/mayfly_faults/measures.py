"""One fault each, as often as it is asked for. All give milliseconds, by the client's clock."""

import concurrent.futures
import os
import signal
import socket
import threading
import time

from harness import processes
from mayfly_bench.mayfly_server import micros

BUDGET_MILLIS = 200
BUSY_SECONDS = 0.05  # for which a looping call has run before something is done to it
BUDGET = b"Grpc-Timeout: %dm\r\n" % BUDGET_MILLIS
CALL = b"POST /invoke/loop HTTP/1.1\r\nHost: x\r\n%sContent-Length: 4\r\n\r\ntrue"


def milliseconds(seconds):
    return seconds * 1000


def lateness(server, times):
    """How long after its deadline the answer of a call that never ends is there."""
    found = []
    for _ in range(times):
        assert server.http.invoke("loop", "false").body == b"1"
        begin = time.monotonic()
        reply = server.http.invoke("loop", "true", headers={"Grpc-Timeout": f"{BUDGET_MILLIS}m"})
        found.append(milliseconds(time.monotonic() - begin) - BUDGET_MILLIS)
        assert reply.reason == "FUNCTION_TIMEOUT", reply.body
    return found


def slot_after_kill(server, times):
    """From the answer of a call that was killed until the one that has waited for its slot begins, in a worker that must be made first."""
    return [_slot_after(server, BUDGET, _answered_late) for _ in range(times)]


def slot_after_client(server, times):
    """From the moment at which a client goes away in the middle of a call until the one that has waited for its slot begins."""
    return [_slot_after(server, b"", _left) for _ in range(times)]


def _answered_late(connection):
    assert connection.recv(1 << 16).startswith(b"HTTP/1.1 504 ")
    return time.monotonic()


def _left(connection):
    threading.Event().wait(BUSY_SECONDS)
    connection.close()
    return time.monotonic()


def _slot_after(server, header, ends):
    """The function may have one worker; `ends` ends the call that has it, and says when that was."""
    assert server.http.invoke("loop", "false").body == b"1"
    with socket.create_connection(("127.0.0.1", server.http_port)) as connection, concurrent.futures.ThreadPoolExecutor(1) as pool:
        connection.sendall(CALL % header)
        threading.Event().wait(BUSY_SECONDS)
        waiting = pool.submit(_timed_call, server)
        ended = ends(connection)
        reply, answered = waiting.result()
    receipt = reply.json()["receipt"]
    # What is not the slot's: to load the function in a new worker, and to run it.
    own = (micros(receipt["loadTime"]) + micros(receipt["runTime"])) / 1000
    return milliseconds(answered - ended) - own


def _timed_call(server):
    reply = server.http.post("/v1/namespaces/default/functions/loop:invoke", "false")
    assert reply.status == 200, reply.body
    return reply, time.monotonic()


def zygote_respawn(server, zygote, id, times):
    """From the kill of an engine's zygote, with all its workers, until a call of that engine is answered by a new one's worker."""
    found = []
    for _ in range(times):
        assert server.http.invoke(id, "false").body == b"1"
        # Its copy, which stands by, has no workers.
        named = [child for child in processes.children(server.pid) if processes.stat(child)[0] == zygote]
        (pid,) = [child for child in named if processes.children(child)]
        workers = processes.children(pid)
        begin = time.monotonic()
        os.kill(pid, signal.SIGKILL)
        # One that dies may still answer.
        assert processes.wait_until_dead(workers, 10) == []
        until_answered(server.http, id)
        found.append(milliseconds(time.monotonic() - begin))
    return found


def until_answered(http, id):
    """Asks again until there is a good answer."""
    while True:
        try:
            if http.invoke(id, "false").body == b"1":
                return
        except OSError:
            pass


def restart(start, ids, times):
    """From the start of a server anew, right after kill -9 and on the same store, until it is healthy; and until each of these is answered.

    `start` starts it. The answer is one list for health, and one an id.
    """
    found = [[] for _ in range(1 + len(ids))]
    server = start()
    for _ in range(times):
        server.kill()
        begin = time.monotonic()
        server = start()
        assert server.http.get("/health").status == 200
        found[0].append(milliseconds(time.monotonic() - begin))
        with concurrent.futures.ThreadPoolExecutor(len(ids)) as pool:
            answered = [pool.submit(lambda id=id: (until_answered(server.http, id), time.monotonic())[1]) for id in ids]
            for millis, end in zip(found[1:], answered, strict=True):
                millis.append(milliseconds(end.result() - begin))
    server.stop()
    return found
