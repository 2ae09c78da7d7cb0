"""The three parts as three processes: the data plane goes on while the control plane is away, and catches up."""

import socket

import pytest
from harness import processes, waiting

JS = "function handler(event) { return event; }"
PYTHON = "def handler(event):\n    return event\n"


def free_port():
    """A port that was free a moment ago: two roles that know each other can't both choose one."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Roles:
    """Control plane, data plane and gateway."""

    def __init__(self, start, folder, flags=(), token=None):
        self._start = start
        self._flags = flags
        self._token = token
        self._folder = folder
        self._control, self._data = (f"127.0.0.1:{free_port()}" for _ in range(2))
        self.control = self.start_control()
        self.data = self.start_data()
        self.gateway = self._role("gateway", "--control-plane", self._control, "--data-plane", self._data, grpc=False)

    def start_control(self):
        port = self._control.rpartition(":")[2]
        return self._role("control", "--data-plane", self._data, "--grpc-port", port, http=False)

    def start_data(self):
        port = self._data.rpartition(":")[2]
        return self._role("data", "--control-plane", self._control, "--grpc-port", port, http=False)

    def _role(self, name, *flags, **doors):
        return self._start(f"--role={name}", *flags, *self._flags, data_dir=self._folder / name, token=self._token, **doors)


@pytest.fixture
def roles(start_server, tmp_path):
    return Roles(start_server, tmp_path)


def invoke_until(http, id, expected, event=None):
    """A change reaches the data plane over its stream: in a moment, not at once."""
    while (reply := http.invoke(id, event)).body != expected:
        assert reply.status in (200, 404, 503), reply.body
    return reply


def test_functions_are_stored_and_called_through_the_gateway(roles):
    http = roles.gateway.http
    assert http.get("/health").body == b"OK"
    assert http.deploy("js", "js", JS)["revision"] == 1
    assert http.deploy("python", "python", PYTHON)["revision"] == 1
    for id in ("js", "python"):
        reply = invoke_until(http, id, b'[1,"\\ud800"]', '[1,"\\ud800"]')
        assert reply.header("Mayfly-Revision") == "1"
        assert reply.header("Mayfly-Isolation") == roles.data.isolation
    assert [f["id"] for f in http.get("/functions").json()] == ["js", "python"]
    assert http.post("/run", {"languageId": "js", "source": JS, "event": 7}).body == b"7"
    assert http.get("/functions?pageSize=1").header("Mayfly-Next-Page-Token")
    # Each process has the children that are its own.
    assert roles.control.workers() == roles.gateway.workers() == []
    # A zygote and its copy for each engine.
    assert waiting.until(lambda: len(processes.children(roles.data.pid)) == 4)


def test_errors_pass_through_the_gateway_whole(roles):
    http = roles.gateway.http
    refused = http.post("/functions", {"id": "bad", "languageId": "js", "source": "function handler() {\n  return +;\n}\n"})
    assert (refused.status, refused.reason) == (400, "SOURCE_INVALID")
    assert refused.detail("FunctionError")["frames"][0]["line"] == 2
    http.deploy("throws", "js", "function handler() { throw new RangeError('x'); }")
    while (thrown := http.invoke("throws")).status == 404:
        pass
    assert (thrown.status, thrown.reason) == (500, "FUNCTION_THREW")
    assert thrown.detail("FunctionError")["type"] == "RangeError"
    assert thrown.header("Mayfly-Invocation-Id") == thrown.detail("Receipt")["invocationId"]
    assert http.invoke("nothing").reason == "FUNCTION_NOT_FOUND"


def test_the_data_plane_serves_while_the_control_plane_is_away_and_catches_up(roles):
    http = roles.gateway.http
    http.deploy("f", "js", "function handler() { return 1; }")
    http.deploy("gone", "js", JS)
    invoke_until(http, "f", b"1")
    invoke_until(http, "gone", b"{}")
    roles.control.kill()
    assert http.invoke("f").body == b"1"
    refused = http.get("/functions")
    assert (refused.status, refused.reason) == (503, "PEER_UNREACHABLE")
    assert http.post("/functions", {"id": "g", "languageId": "js", "source": JS}).status == 503
    roles.control = roles.start_control()
    while (reply := http.post("/functions", {"id": "f", "languageId": "js", "source": "function handler() { return 2; }"})).status == 503:
        pass
    assert (reply.status, reply.json()["revision"]) == (200, 2)
    assert http.delete("/functions/gone").status == 200
    invoke_until(http, "f", b"2")
    assert http.post("/invoke/f?revision=1").body == b"1"
    while http.invoke("gone").status != 404:
        pass


def test_what_changed_while_the_data_plane_was_away_is_known_after_its_restart(roles):
    http = roles.gateway.http
    http.deploy("f", "js", "function handler() { return 1; }")
    invoke_until(http, "f", b"1")
    roles.data.stop()
    assert http.invoke("f").reason == "PEER_UNREACHABLE"
    # A function can't be checked, so it is not stored.
    assert http.post("/functions", {"id": "g", "languageId": "js", "source": JS}).status == 503
    roles.data = roles.start_data()
    invoke_until(http, "f", b"1")
    assert http.get("/functions/g").status == 404


def test_roles_speak_with_a_token(start_server, tmp_path):
    (tmp_path / "tokens").write_text("secret\n")
    roles = Roles(start_server, tmp_path, flags=("--token-file", str(tmp_path / "tokens")), token="secret")
    roles.gateway.http.deploy("f", "js", JS)
    invoke_until(roles.gateway.http, "f", b"1", "1")
    roles.gateway.http.token = None
    assert roles.gateway.http.invoke("f", "1").status == 401


def test_a_role_without_its_peers_is_refused(mayfly):
    for role in ("control", "data", "gateway"):
        done = mayfly("serve", f"--role={role}", "--port", "0", "--grpc-port", "0", "--data-dir", "data")
        assert done.code == 2
        assert "--control-plane" in done.stderr or "--data-plane" in done.stderr
