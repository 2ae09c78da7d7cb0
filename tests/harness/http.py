"""HTTP as bytes: what was sent, and exactly what came back."""

import dataclasses
import http.client
import json
import socket


@dataclasses.dataclass
class Reply:
    status: int
    headers: list
    body: bytes

    def header(self, name):
        """The value of a header that stands at most once; None without it."""
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        assert len(values) <= 1, f"{name} stands {len(values)} times"
        return values[0] if values else None

    def json(self):
        return json.loads(self.body)

    def detail(self, kind):
        """The detail of an error whose @type ends in `kind` ("ErrorInfo"); None without it."""
        found = [d for d in self.json()["details"] if d["@type"].rpartition(".")[2] == kind]
        assert len(found) <= 1, f"{kind} stands {len(found)} times"
        return found[0] if found else None

    @property
    def reason(self):
        """ErrorInfo.reason of an error; None if this is none."""
        if self.status < 400:
            return None
        info = self.detail("ErrorInfo")
        return info["reason"] if info else ""


class Http:
    """One request a connection, so that no test sees another's."""

    def __init__(self, port, token=None):
        self.port = port
        self.token = token

    def request(self, method, path, body=None, headers=None, timeout=60):
        """`body`: bytes, text, or a value to write as JSON. Content-Length is set; nothing else is added but the token."""
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        if isinstance(body, str):
            body = body.encode()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.putrequest(method, path, skip_accept_encoding=True)
            if self.token:
                connection.putheader("Authorization", f"Bearer {self.token}")
            for key, value in (headers or {}).items():
                connection.putheader(key, value)
            if body is not None or method in ("POST", "PATCH", "PUT"):
                connection.putheader("Content-Length", str(len(body or b"")))
            connection.endheaders()
            try:
                connection.send(body or b"")
            except (BrokenPipeError, ConnectionResetError):
                pass  # A server may refuse a body before it has read it all; its answer is there to be read.
            response = connection.getresponse()
            return Reply(response.status, response.getheaders(), response.read())
        finally:
            connection.close()

    def get(self, path, **options):
        return self.request("GET", path, **options)

    def post(self, path, body=None, **options):
        return self.request("POST", path, body, **options)

    def patch(self, path, body=None, **options):
        return self.request("PATCH", path, body, **options)

    def delete(self, path, **options):
        return self.request("DELETE", path, **options)

    def deploy(self, id, language_id, source, **fields):
        """Stores a function; the test fails where it is refused."""
        reply = self.post("/functions", {"id": id, "languageId": language_id, "source": source, **fields})
        assert reply.status in (200, 201), reply.body
        return reply.json()

    def invoke(self, id, event=None, **options):
        return self.post(f"/invoke/{id}", event, **options)

    def keep_alive(self):
        """A connection for many calls, one after the other."""
        return KeptConnection(self.port)

    def raw(self, sent, timeout=60):
        """Sends bytes on a connection of their own and reads until the server closes it."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=timeout) as connection:
            connection.sendall(sent)
            received = b""
            while chunk := connection.recv(65536):
                received += chunk
            return received


class KeptConnection:
    """Calls functions on one connection. The owner closes it; it is a context manager too."""

    def __init__(self, port):
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._connection.close()

    def post(self, path, body):
        self._connection.request("POST", path, body=json.dumps(body).encode())
        response = self._connection.getresponse()
        return Reply(response.status, response.getheaders(), response.read())

    def invoke(self, id, event=None):
        return self.post(f"/invoke/{id}", event)
