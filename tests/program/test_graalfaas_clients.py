"""Clients of GraalFaaS work unchanged: its four calls, as its clients make them."""

import urllib.error
import urllib.request

import json

import pytest


@pytest.fixture
def call(server):
    def request(method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} if data else {}
        sent = urllib.request.Request(f"http://127.0.0.1:{server.http_port}{path}", data=data, headers=headers, method=method)
        try:
            with urllib.request.urlopen(sent, timeout=60) as reply:
                return reply.status, reply.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    return request


def test_health(call):
    assert call("GET", "/health") == (200, "OK")


def test_a_function_is_stored_listed_and_invoked(call, function_id):
    manifest = {
        "id": function_id,
        "languageId": "js",
        "functionName": "handler",
        "jsEvalAsModule": True,
        "source": "import { greet } from 'greeter'; export function handler(event) { return { message: greet(event.name) }; }",
        "dependencies": {"greeter": {"source": "export const greet = n => `Hello, ${n}!`;"}},
    }
    status, text = call("POST", "/functions", manifest)
    answer = json.loads(text)
    assert status == 201
    assert {key: answer[key] for key in ("id", "languageId", "functionName", "jsEvalAsModule", "dependencies")} == {
        "id": function_id,
        "languageId": "js",
        "functionName": "handler",
        "jsEvalAsModule": True,
        "dependencies": ["greeter"],
    }
    status, text = call("GET", "/functions")
    assert status == 200
    assert [f["languageId"] for f in json.loads(text) if f["id"] == function_id] == ["js"]
    assert call("POST", f"/invoke/{function_id}", {"name": "Ada"}) == (200, '{"message":"Hello, Ada!"}')


def test_a_python_function_is_stored_under_an_id_of_the_servers(call):
    status, text = call("POST", "/functions", {"languageId": "python", "source": "def handler(event):\n    return event['x'] * 2\n"})
    assert status == 201
    assert call("POST", f"/invoke/{json.loads(text)['id']}", {"x": 21}) == (200, "42")


def test_an_error_has_its_message_under_error(call, function_id):
    for method, path, body, status in [
        ("POST", "/invoke/nothing-here", {}, 404),
        ("POST", "/functions", {"languageId": "cobol", "source": "x"}, 400),
        ("GET", "/nope", None, 404),
    ]:
        got, text = call(method, path, body)
        assert got == status
        assert isinstance(json.loads(text)["error"], str) and json.loads(text)["error"]
