"""InvocationService over HTTP: exact statuses, bodies and headers."""

import json
import re

import pytest

JS = "function handler(event) { return event; }"
PYTHON = "def handler(event):\n    return event\n"
RECEIPT_KEYS = [
    "invocationId", "name", "revision", "start", "isolation", "queueTime", "loadTime", "runTime", "totalTime", "cpuTime",
    "peakMemoryKib", "engineTimes", "logs", "logsTruncated", "rewindWay", "isolationReason", "rewindTime", "rewindPages",
]  # fmt: skip
UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def test_invoke_answers_the_bare_result_and_the_receipt_in_headers(server, http, function_id):
    http.deploy(function_id, "js", JS)
    http.deploy(function_id, "js", JS + "//2")
    reply = http.invoke(function_id, ' {"a":1.0} ')
    assert (reply.status, reply.body) == (200, b'{"a":1}')
    assert reply.header("Content-Type") == "application/json"
    assert UUID7.fullmatch(reply.header("Mayfly-Invocation-Id"))
    assert reply.header("Mayfly-Revision") == "2"
    assert reply.header("Mayfly-Start") in ("cold", "warm")
    assert reply.header("Mayfly-Isolation") == server.isolation
    timing = dict(re.findall(r"(\w+)(?:;desc=[\w-]+)?;dur=([\d.]+)", reply.header("Server-Timing")))
    assert list(timing) == ["queue", "load", "run", "total"] + ["rewind"] * (server.isolation == "rewind")
    assert int(reply.header("Mayfly-Cpu-Micros")) > 0
    assert int(reply.header("Mayfly-Peak-Memory-Kib")) > 1000


def test_the_long_path_answers_result_and_receipt(server, http, function_id):
    http.deploy(function_id, "python", PYTHON)
    reply = http.post(f"/v1/namespaces/default/functions/{function_id}:invoke", '[1.0,123456789012345678901234567890,"\\ud800"]')
    assert reply.status == 200
    assert reply.body.startswith(b'{"result":[1.0,123456789012345678901234567890,"\\ud800"],"receipt":{')
    receipt = reply.json()["receipt"]
    assert list(receipt) == RECEIPT_KEYS
    assert receipt["name"] == f"namespaces/default/functions/{function_id}"
    assert (receipt["revision"], receipt["isolation"]) == (1, server.isolation.upper())
    assert (receipt["logs"], receipt["logsTruncated"]) == ([], False)
    assert list(receipt["engineTimes"]) == ["parse", "handler", "serialize"]


@pytest.mark.parametrize("flag", ["--isolation=fresh", "--rewind=dontneed"])
def test_a_receipt_says_how_calls_are_kept_apart_and_why(start_server, flag):
    http = start_server(flag).http
    http.deploy("f", "js", JS)
    http.invoke("f")
    receipt = http.post("/v1/namespaces/default/functions/f:invoke", "{}").json()["receipt"]
    assert receipt["isolationReason"] == f"chosen by {flag}"
    if flag == "--isolation=fresh":
        assert (receipt["isolation"], receipt["rewindWay"]) == ("FRESH", "REWIND_WAY_UNSPECIFIED")
        assert (receipt["rewindTime"], receipt["rewindPages"]) == ("0s", 0)
    else:
        assert (receipt["isolation"], receipt["rewindWay"]) == ("REWIND", "DONTNEED")
        assert float(receipt["rewindTime"].removesuffix("s")) > 0
        assert receipt["rewindPages"] > 0


def test_warm_up_events_and_the_interpreter_belong_to_the_manifest(server, http, function_id):
    manifest = {"id": function_id, "languageId": "python", "source": PYTHON, "warmupEvents": [1, {"a": None}, "x"]}
    assert http.post("/functions", manifest).status == 201
    full = http.get(f"/functions/{function_id}?view=FULL").json()["manifest"]
    assert (full["warmupEvents"], full["pythonInterpreter"]) == ([1, {"a": None}, "x"], "isolated")
    assert http.invoke(function_id, "7").body == b"7"
    assert http.post("/run", {"languageId": "js", "source": JS, "warmupEvents": [1], "event": 7}).body == b"7"
    refused = http.post("/functions", manifest | {"warmupEvents": [1] * 17, "pythonInterpreter": "own"})
    assert (refused.status, refused.reason) == (400, "MANIFEST_INVALID")
    fields = [violation["field"] for violation in refused.detail("BadRequest")["fieldViolations"]]
    assert fields == ["warmupEvents", "pythonInterpreter"]


def test_the_main_interpreter_is_refused_where_calls_are_fresh(start_server):
    http = start_server("--isolation=fresh").http
    manifest = {"languageId": "python", "source": PYTHON, "pythonInterpreter": "main"}
    for refused in (http.post("/functions", manifest), http.post("/run", manifest)):
        assert (refused.status, refused.reason) == (400, "MANIFEST_INVALID"), refused.body
        assert "pythonInterpreter" in refused.body.decode()
        assert "chosen by --isolation=fresh" in refused.body.decode()


def test_run_answers_the_bare_result(http):
    body = '{"languageId":"python","source":"def handler(e):\\n    return e\\n","event":[1.0,1e2,"\\ud800"]}'
    reply = http.post("/run", body)
    assert (reply.status, reply.body) == (200, b'[1.0,100.0,"\\ud800"]')
    assert (reply.header("Mayfly-Start"), reply.header("Mayfly-Revision")) == ("cold", None)


def test_run_takes_all_fields_of_a_manifest(http):
    body = {
        "languageId": "js",
        "functionName": "greet",
        "jsEvalAsModule": True,
        "source": "import { hello } from 'hello'; export const greet = e => hello(e);",
        "dependencies": {"hello": {"source": "export const hello = n => 'Hello, ' + n;"}},
        "timeoutMillis": 4000,
        "memoryLimitMib": 64,
        "event": "Ada",
    }
    long = http.post("/v1/functions:run", body)
    assert long.json()["result"] == "Hello, Ada"
    assert (long.json()["receipt"]["name"], long.json()["receipt"]["revision"]) == ("", 0)
    snake = {"language_id": "js", "source": JS, "event": 1}
    assert http.post("/run", snake).body == b"1"


def test_run_stores_nothing(start_server):
    server = start_server()
    assert server.http.post("/run", {"languageId": "js", "source": JS}).body == b"{}"
    assert server.http.get("/functions").body == b"[]"


def test_run_of_a_bad_source_says_where(http):
    reply = http.post("/run", {"languageId": "js", "source": "function handler(event) {\n  return event +;\n}\n"})
    assert (reply.status, reply.reason, reply.json()["status"]) == (400, "SOURCE_INVALID", "INVALID_ARGUMENT")
    error = reply.detail("FunctionError")
    assert [(frame["line"], frame["column"]) for frame in error["frames"]] == [(2, 17)]
    assert "> 2 |   return event +;" in error["code_frame" if "code_frame" in error else "codeFrame"]


def test_check_loads_and_forgets(http, function_id):
    reply = http.post("/v1/functions:check", {"id": function_id, "languageId": "js", "source": JS})
    assert reply.status == 200
    assert list(reply.json()) == ["receipt"]
    assert http.get(f"/functions/{function_id}").status == 404
    bad = http.post("/v1/functions:check", {"languageId": "python", "source": "def other(e):\n    pass\n"})
    assert (bad.status, bad.reason) == (400, "HANDLER_NOT_FOUND")
    assert "other" in bad.json()["error"]


def test_a_guests_error_has_its_place_and_a_code_frame(http, function_id):
    http.deploy(function_id, "js", "function handler(event) {\n  return event.user.name;\n}\n")
    reply = http.invoke(function_id, "{}")
    assert (reply.status, reply.reason) == (500, "FUNCTION_THREW")
    body = reply.json()
    assert list(body) == ["error", "code", "status", "message", "details"]
    assert (body["code"], body["status"], body["error"]) == (2, "UNKNOWN", body["message"])
    error = reply.detail("FunctionError")
    assert error["type"] == "TypeError"
    assert error["message"] == "Cannot read properties of undefined (reading 'name')"
    assert error["frames"] == [{"function": "handler", "file": f"{function_id}.js", "line": 2, "column": 21}]
    assert error["codeFrame"] == (
        "  1 | function handler(event) {\n"
        "> 2 |   return event.user.name;\n"
        "    |                     ^\n"
        "  3 | }\n"
    )
    assert reply.detail("ErrorInfo")["domain"] == "mayfly"
    receipt = reply.detail("Receipt")
    assert receipt["invocationId"] == reply.header("Mayfly-Invocation-Id")
    assert int(reply.header("Mayfly-Cpu-Micros")) > 0


@pytest.mark.parametrize("content_type", [None, "application/json", "application/x-www-form-urlencoded", "text/plain"])
def test_the_content_type_of_an_event_is_not_judged(http, function_id, content_type):
    http.deploy(function_id, "js", JS)
    headers = {"Content-Type": content_type} if content_type else {}
    assert http.invoke(function_id, "[1]", headers=headers).body == b"[1]"


@pytest.mark.parametrize("headers", [{"Content-Encoding": "gzip"}, {"Content-Type": "multipart/form-data; boundary=x"}])
def test_a_body_that_cannot_be_read_is_a_415(http, function_id, headers):
    http.deploy(function_id, "js", JS)
    reply = http.invoke(function_id, "[1]", headers=headers)
    assert (reply.status, reply.reason) == (415, "MEDIA_TYPE_UNSUPPORTED")


def test_a_large_event_and_result_pass(http, function_id):
    http.deploy(function_id, "js", JS)
    event = json.dumps(["x" * (5 * 1024 * 1024)], separators=(",", ":")).encode()
    assert http.invoke(function_id, event).body == event


def test_a_chunked_event_passes(http, function_id, server):
    http.deploy(function_id, "js", JS)
    request = f"POST /invoke/{function_id} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    received = http.raw(request.encode() + b"3\r\n[1,\r\n2\r\n2]\r\n0\r\n\r\n")
    assert received.startswith(b"HTTP/1.1 200 ")
    assert received.endswith(b"\r\n\r\n[1,2]")
