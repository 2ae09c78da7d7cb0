"""SIGTERM under load: whoever makes a refused call again, elsewhere, gets every answer."""

import http.client
import threading

import grpc
from harness import waiting
from harness.http import Http
from mayfly.errors import MayflyError

JS = "function handler(event) { return event; }"
PYTHON = "def handler(event):\n    return event\n"
CLIENTS = 4  # of each door
CALLS = 30  # answered before the signal, and again after it


class Client(threading.Thread):
    """Calls the first server until it is refused there, and the second from then on."""

    def __init__(self, first, second, id):
        super().__init__(daemon=True)
        self._servers = [first, second]
        self._id = id
        self._stop = threading.Event()
        self.answers = [0, 0]
        self.failure = None

    def run(self):
        try:
            while not self._stop.is_set():
                answer = self.call(self._servers[0], str(sum(self.answers)).encode())
                if answer is not None:
                    assert answer == str(sum(self.answers)).encode(), answer
                    self.answers[2 - len(self._servers)] += 1
                else:
                    assert len(self._servers) == 2, "refused by a server that does not stop"
                    del self._servers[0]
        except Exception as error:  # noqa: BLE001 (told by the test)
            self.failure = error

    def stop(self):
        self._stop.set()
        self.join()


class HttpClient(Client):
    def call(self, server, event):
        """The answer; None where a client has to go elsewhere."""
        try:
            reply = Http(server.http_port).invoke(self._id, event)
        except (ConnectionError, http.client.RemoteDisconnected):
            return None  # The door is closed.
        if reply.status == 503:
            assert reply.reason == "SHUTTING_DOWN", reply.body
            assert int(reply.header("Retry-After")) >= 1
            return None
        assert reply.status == 200, reply.body
        return reply.body


class GrpcClient(Client):
    def call(self, server, event):
        answer = server.rpc.try_call(server.rpc.invocations.Invoke, server.rpc.invoke(f"namespaces/default/functions/{self._id}", event))
        if not isinstance(answer, MayflyError):
            return answer.result
        assert answer.code == grpc.StatusCode.UNAVAILABLE, answer
        assert answer.reason in ("SHUTTING_DOWN", ""), answer.reason
        return None


def test_no_call_fails_for_a_client_that_retries(start_server):
    first, second = start_server(), start_server()
    for server in (first, second):
        server.http.deploy("js", "js", JS, timeoutMillis=60_000)
        server.http.deploy("python", "python", PYTHON, timeoutMillis=60_000)
    clients = [kind(first, second, id) for kind in (HttpClient, GrpcClient) for id in ("js", "python") for _ in range(CLIENTS // 2)]
    for client in clients:
        client.start()
    for place, after in ((0, first.terminate), (1, lambda: None)):
        assert waiting.until(lambda place=place: all(client.failure or client.answers[place] >= CALLS for client in clients)), [
            (client.answers, client.failure) for client in clients
        ]
        after()
    for client in clients:
        client.stop()
    first.finish()  # asserts exit code 0 and no process left
    assert [client.failure for client in clients] == [None] * len(clients)
