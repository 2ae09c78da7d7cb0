"""The Python client against a live server, and its stubs against the contract."""

import re
import subprocess

import grpc
import mayfly as mayfly_client
import pytest
from google.protobuf import descriptor_pb2
from harness.paths import ROOT
from mayfly.v1 import function_pb2, function_service_pb2, invocation_pb2, invocation_service_pb2, options_pb2

JS = "function handler(event) { console.log('called'); return event; }"
GENERATED = [options_pb2, function_pb2, function_service_pb2, invocation_pb2, invocation_service_pb2]


@pytest.fixture
def client(server):
    with mayfly_client.Client(server.grpc_address) as one:
        yield one


def test_a_function_is_created_invoked_and_deleted(client, function_id):
    function = client.create(function_id, "js", JS, timeout_millis=4000)
    assert (function.id, function.revision, function.timeout_millis) == (function_id, 1, 4000)
    value, receipt = client.invoke(function_id, {"a": [1, None, "é", "\ud800"]})
    assert value == {"a": [1, None, "é", "\ud800"]}
    assert [entry.text for entry in receipt.logs] == ["called"]
    client.delete(function_id)
    with pytest.raises(mayfly_client.FunctionNotFound) as caught:
        client.invoke(function_id)
    assert caught.value.reason == "FUNCTION_NOT_FOUND"
    assert caught.value.code is grpc.StatusCode.NOT_FOUND


def test_the_event_is_an_empty_object_unless_it_is_given(client, function_id):
    client.create(function_id, "js", JS)
    assert client.invoke(function_id).value == {}
    assert client.invoke(function_id, None).value is None


def test_a_deploy_makes_revisions(client, function_id):
    client.deploy(function_id, "python", "def handler(event):\n    return 1\n")
    assert client.deploy(function_id, "python", "def handler(event):\n    return 2\n").revision == 2
    assert client.invoke(function_id).value == 2
    assert client.invoke(function_id, revision=1).value == 1
    assert client.get(function_id, revision=1, with_source=True).manifest.source.endswith("return 1\n")
    with pytest.raises(mayfly_client.Conflict) as caught:
        client.create(function_id, "js", JS)
    assert caught.value.reason == "FUNCTION_EXISTS"


def test_a_run_takes_every_field(client):
    result = client.run(
        "js",
        "import { hello } from 'hello'; export const greet = e => hello(e);",
        "Ada",
        function_name="greet",
        js_eval_as_module=True,
        dependencies={"hello": "export const hello = n => 'Hello, ' + n;"},
        timeout_millis=4000,
        memory_limit_mib=64,
        warmup_events=["Bob", None],
        timeout=30,
    )
    assert result.value == "Hello, Ada"
    assert result.receipt.start == invocation_pb2.COLD


def test_what_a_function_throws_is_told(client, function_id):
    client.create(function_id, "js", "function handler(event) {\n  console.log('x');\n  return event.user.name;\n}\n")
    with pytest.raises(mayfly_client.FunctionThrew) as caught:
        client.invoke(function_id)
    error = caught.value
    assert (error.reason, error.code) == ("FUNCTION_THREW", grpc.StatusCode.UNKNOWN)
    assert (error.function_error.type, error.function_error.frames[0].line) == ("TypeError", 3)
    assert [entry.text for entry in error.receipt.logs] == ["x"]
    assert isinstance(error, mayfly_client.FunctionFailed)


def test_a_source_that_does_not_load_is_told(client):
    with pytest.raises(mayfly_client.SourceInvalid) as caught:
        client.create("", "python", "def handler(event):\n    return +\n")
    assert caught.value.function_error.frames[0].line == 2


def test_a_bad_manifest_tells_each_fault(client):
    with pytest.raises(mayfly_client.RequestInvalid) as caught:
        client.create("", "ruby", "x", timeout_millis=-1)
    assert caught.value.reason == "MANIFEST_INVALID"
    assert caught.value.violations.keys() == {"languageId", "timeoutMillis"}


def test_a_functions_timeout_and_a_callers_deadline(client, function_id):
    client.create(function_id, "js", "function handler() { for (;;) {} }", timeout_millis=300)
    with pytest.raises(mayfly_client.FunctionTimeout):
        client.invoke(function_id)
    client.deploy(function_id, "js", "function handler() { for (;;) {} }", timeout_millis=60000)
    with pytest.raises((mayfly_client.DeadlineExceeded, mayfly_client.FunctionTimeout)) as caught:
        client.invoke(function_id, timeout=0.3)
    assert caught.value.code is grpc.StatusCode.DEADLINE_EXCEEDED


def test_an_event_that_is_no_json_is_refused_here(client):
    with pytest.raises(ValueError):
        client.invoke("any", float("nan"))


def test_lists_and_namespaces(server, function_id):
    with mayfly_client.Client(server.grpc_address, namespace=function_id) as client:
        for id in ("b", "a"):
            client.create(id, "js", JS)
        assert [function.id for function in client.list()] == ["a", "b"]


def test_no_server_is_unavailable():
    with mayfly_client.Client("127.0.0.1:1") as client, pytest.raises(mayfly_client.Unavailable):
        client.invoke("any", timeout=10)


def test_a_token_is_sent(start_server, tmp_path):
    (tmp_path / "tokens").write_text("secret\n")
    server = start_server("--token-file", str(tmp_path / "tokens"), token="secret")
    with mayfly_client.Client(server.grpc_address) as client, pytest.raises(mayfly_client.Unauthenticated):
        next(client.list())
    with mayfly_client.Client(server.grpc_address, token="secret") as client:
        assert list(client.list()) == []


def test_the_lines_of_the_readme_work(server, capsys):
    text = (ROOT / "clients/python/README.md").read_text()
    first, second = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    scope = {}
    exec(first.replace("127.0.0.1:50051", server.grpc_address), scope)
    assert capsys.readouterr().out == "Hello, Ada!\n"
    exec(second, scope)
    assert capsys.readouterr().out.startswith("FUNCTION_THREW KeyError")
    scope["client"].close()


@pytest.mark.parametrize("module", GENERATED, ids=lambda module: module.DESCRIPTOR.name)
def test_the_stubs_are_those_of_the_contract(module, tmp_path):
    """Compared as descriptors: another protoc writes other text for the same contract."""
    made = tmp_path / "descriptors"
    subprocess.run(
        ["protoc", "-I", ".", "-I", "/usr/lib/python3/dist-packages", f"--descriptor_set_out={made}", module.DESCRIPTOR.name],
        cwd=ROOT / "proto",
        check=True,
    )
    (expected,) = descriptor_pb2.FileDescriptorSet.FromString(made.read_bytes()).file
    committed = descriptor_pb2.FileDescriptorProto()
    module.DESCRIPTOR.CopyToProto(committed)
    for file in (expected, committed):
        drop_json_names(file.message_type, file.extension)
    assert committed == expected, "run clients/python/generate in tools/enter"


def drop_json_names(messages, fields=()):
    """protoc fills them in for descriptor sets alone."""
    for message in messages:
        drop_json_names(message.nested_type, message.field)
    for field in fields:
        field.ClearField("json_name")
