"""Our own server, as the bench uses it."""

import contextlib
import http.client
import json
import pathlib
import re
import tempfile

from harness.server import Server
from mayfly_bench import cores
from mayfly_bench.family import Family
from mayfly_bench.guests import ANSWER, EVENT

DURATION = re.compile(r"(-?[\d.]+)s")


class MayflyServer:
    """A running `mayfly serve`: see `serve`."""

    def __init__(self, server):
        self._server = server
        self.family = Family(server.pid)
        self.port = server.http_port
        self.grpc_address = server.grpc_address

    def deploy(self, id, engine, source, **fields):
        """Stores a function; raises where it is refused, with what the server says."""
        reply = self._server.http.post("/functions", {"id": id, "languageId": engine.id, "source": source, **fields})
        if reply.status not in (200, 201):
            raise ValueError(f"the server refuses it: {reply.json().get('error', reply.body)}")

    def check(self, id):
        """The hello answers as it should, once."""
        reply = self._server.http.post(f"/invoke/{id}", EVENT)
        if reply.status != 200 or reply.json().get("message") != ANSWER["message"]:
            raise ValueError(f"{id} answers {reply.status} {reply.body[:200]}")

    @contextlib.contextmanager
    def connection(self):
        """A kept-open connection for calls one after the other."""
        connection = Connection(self.port)
        try:
            yield connection
        finally:
            connection.close()


class Connection:
    def __init__(self, port):
        self._http = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def close(self):
        self._http.close()

    def post(self, path, value):
        """The body of a good answer, from JSON."""
        body = value if isinstance(value, str) else json.dumps(value)
        self._http.request("POST", path, body, {"Content-Type": "application/json"})
        response = self._http.getresponse()
        answer = response.read()
        if response.status not in (200, 201):
            raise ValueError(f"POST {path} answers {response.status} {answer[:200]}")
        return json.loads(answer)

    def receipt(self, id, event=EVENT):
        """What one call cost."""
        return self.post(f"/v1/namespaces/default/functions/{id}:invoke", event)["receipt"]


@contextlib.contextmanager
def serve(on_cores, *flags):
    """A new server with an empty store on these cores, stopped at the end."""
    with tempfile.TemporaryDirectory() as folder:
        with cores.on(on_cores):
            server = Server(*flags, data_dir=pathlib.Path(folder) / "data")
        try:
            yield MayflyServer(server)
        finally:
            server.stop()


def micros(duration):
    """A duration of the receipt ("0.000012s") in microseconds."""
    match = DURATION.fullmatch(duration)
    if not match:
        raise ValueError(f"{duration!r} is no duration")
    return float(match[1]) * 1e6
