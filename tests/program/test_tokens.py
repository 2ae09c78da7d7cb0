"""Bearer tokens on both doors."""

import grpc
import pytest
from harness import cli
from harness.http import Http
from harness.rpc import Rpc
from mayfly.v1 import function_service_pb2

JS = "function handler(event) { return event; }"


@pytest.fixture
def guarded(start_server, tmp_path):
    tokens = tmp_path / "tokens"
    tokens.write_text("first-token\nsecond-token\n")
    return start_server("--token-file", str(tokens), token="first-token")


def test_a_right_token_opens_both_doors(guarded):
    for token in ("first-token", "second-token"):
        assert Http(guarded.http_port, token).get("/functions").body == b"[]"
        rpc = Rpc(guarded.grpc_port, token)
        rpc.call(rpc.functions.ListFunctions, function_service_pb2.ListFunctionsRequest())
        rpc.close()


@pytest.mark.parametrize("token", [None, "wrong", "first-tokenx", "first-toke", ""])
def test_no_token_and_a_wrong_one_are_refused(guarded, token):
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    for method, path in [("GET", "/functions"), ("POST", "/functions"), ("POST", "/invoke/x"), ("POST", "/run"), ("GET", "/v1/functions:watch")]:
        reply = Http(guarded.http_port).request(method, path, headers=headers)
        assert (reply.status, reply.reason, reply.json()["status"]) == (401, "UNAUTHENTICATED", "UNAUTHENTICATED")
        assert reply.header("WWW-Authenticate").startswith("Bearer")
    rpc = Rpc(guarded.grpc_port)
    metadata = [] if token is None else [("authorization", f"Bearer {token}")]
    for method, request in [(rpc.functions.ListFunctions, function_service_pb2.ListFunctionsRequest()), (rpc.invocations.Invoke, rpc.invoke("x"))]:
        error = rpc.fail(method, request, metadata=metadata)
        assert (error.code, error.reason) == (grpc.StatusCode.UNAUTHENTICATED, "UNAUTHENTICATED")
    rpc.close()


@pytest.mark.parametrize("value", ["first-token", "Basic first-token", "bearer  ", "Bearer first-token extra"])
def test_another_scheme_is_refused(guarded, value):
    assert Http(guarded.http_port).get("/functions", headers={"Authorization": value}).status == 401


def test_health_needs_no_token(guarded):
    assert Http(guarded.http_port).get("/health").body == b"OK"
    rpc = Rpc(guarded.grpc_port)
    assert rpc.serving_status() == 1
    rpc.close()


def test_the_command_line_sends_its_token(guarded, mayfly, tmp_path):
    server = ("--server", guarded.grpc_address)
    assert mayfly("list", *server).code == 2
    assert mayfly("list", *server, "--token", "first-token").code == 0
    assert mayfly("list", *server, "--token-file", tmp_path / "tokens").code == 0
    assert mayfly("list", *server, env={"MAYFLY_TOKEN": "second-token"}).code == 0


@pytest.mark.parametrize("address", ["0.0.0.0", "::"])
def test_another_address_needs_a_token_file_or_an_explicit_no(tmp_path, address):
    done = cli.mayfly("serve", "--address", address, "--port", "0", "--grpc-port", "0", "--data-dir", "data", cwd=tmp_path)
    assert done.code == 2
    assert "--token-file" in done.stderr
    assert "--insecure-no-auth" in done.stderr


@pytest.mark.parametrize("text", ["", "\n\n", "# comment\n"])
def test_a_token_file_without_tokens_is_refused(tmp_path, text):
    (tmp_path / "tokens").write_text(text)
    done = cli.mayfly("serve", "--token-file", "tokens", "--port", "0", "--grpc-port", "0", "--data-dir", "data", cwd=tmp_path)
    assert done.code == 2
    assert "tokens" in done.stderr
