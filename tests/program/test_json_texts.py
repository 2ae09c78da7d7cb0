"""Each door refuses what is no JSON, with the same reason, and takes all that is."""

import json

import grpc
import pytest
from json_texts import ACCEPTED, REFUSED
from mayfly.v1 import invocation_service_pb2

JS = "function handler(event) { return event; }"
PYTHON = "def handler(event):\n    return event\n"


@pytest.fixture(scope="module", autouse=True)
def echoes(server):
    server.http.deploy("json-js", "js", JS)
    server.http.deploy("json-python", "python", PYTHON)


@pytest.mark.parametrize("name", REFUSED)
def test_refuses(name, http, rpc):
    text = REFUSED[name]
    reply = http.invoke("json-js", text)
    assert (reply.status, reply.reason, reply.json()["status"]) == (400, "EVENT_INVALID", "INVALID_ARGUMENT")
    error = rpc.fail(rpc.invocations.Invoke, rpc.invoke("json-js", text))
    assert (error.code, error.reason, str(error)) == (grpc.StatusCode.INVALID_ARGUMENT, "EVENT_INVALID", reply.json()["message"])
    request = invocation_service_pb2.RunRequest(language_id="js", source=JS, event=text)
    assert rpc.fail(rpc.invocations.Run, request).reason == "EVENT_INVALID"
    for path in ("/run", "/functions"):
        reply = http.post(path, text)
        assert (reply.status, reply.reason) == (400, "REQUEST_INVALID"), path


@pytest.mark.parametrize("name", ACCEPTED)
def test_accepts(name, http, rpc):
    text = ACCEPTED[name]
    for id in ("json-js", "json-python"):
        reply = http.invoke(id, text)
        assert reply.status == 200, reply.body
        result = rpc.call(rpc.invocations.Invoke, rpc.invoke(id, text)).result
        assert result == reply.body
    assert json.loads(reply.body) == json.loads(text) or "exponent" in name


@pytest.mark.parametrize("name", REFUSED)
def test_refuses_within_a_body(name, http):
    """A bad event inside Run's body makes the body itself no JSON."""
    body = b'{"languageId":"js","source":' + json.dumps(JS).encode() + b',"event":' + REFUSED[name] + b"}"
    reply = http.post("/run", body)
    assert reply.status == 400
    assert reply.reason in ("REQUEST_INVALID", "EVENT_INVALID")


def test_python_takes_integers_of_4300_digits_and_no_longer_ones(http, rpc):
    longest = b"1" + b"0" * 4299
    assert http.invoke("json-python", longest).body == longest
    for text in (longest + b"0", b"-" + longest + b"0", b'{"a":[' + longest + b"0]}"):
        reply = http.invoke("json-python", text)
        assert (reply.status, reply.reason, reply.json()["status"]) == (400, "EVENT_INVALID", "INVALID_ARGUMENT")
        assert rpc.fail(rpc.invocations.Invoke, rpc.invoke("json-python", text)).reason == "EVENT_INVALID"
        assert http.invoke("json-js", text).status == 200
    assert http.invoke("json-python", b"1").body == b"1"


def test_the_place_of_the_fault_is_told(http):
    reply = http.invoke("json-js", '{\n  "a": 1,\n  "b": tru\n}')
    assert "line 3" in reply.json()["message"]
