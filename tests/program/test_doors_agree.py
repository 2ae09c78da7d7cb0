"""The same mistake gets the same answer at both doors: code, reason, message, violations."""

import pytest
from google.protobuf.json_format import ParseDict
from mayfly.v1 import function_service_pb2 as functions
from mayfly.v1 import invocation_service_pb2 as invocations

JS = "function handler(event) { return event; }"


def deploy(manifest):
    return "POST", "/functions", manifest, "functions.DeployFunction", functions.DeployFunctionRequest, {"manifest": manifest}


def run(request):
    return "POST", "/run", request, "invocations.Run", invocations.RunRequest, request


def call(method, path, body, rpc_method, request_type, **fields):
    return method, path, body, rpc_method, request_type, fields


MISTAKES = {
    "no_language": (deploy({"source": JS}), "MANIFEST_INVALID"),
    "unknown_language": (deploy({"languageId": "ruby", "source": JS}), "MANIFEST_INVALID"),
    "no_source": (deploy({"languageId": "js"}), "MANIFEST_INVALID"),
    "bad_id": (deploy({"id": "a b", "languageId": "js", "source": JS}), "MANIFEST_INVALID"),
    "long_id": (deploy({"id": "a" * 129, "languageId": "js", "source": JS}), "MANIFEST_INVALID"),
    "bad_handler_name": (deploy({"languageId": "js", "source": JS, "functionName": "a-b"}), "MANIFEST_INVALID"),
    "module_in_python": (deploy({"languageId": "python", "source": "def handler(e): 1", "jsEvalAsModule": True}), "MANIFEST_INVALID"),
    "timeout_too_long": (deploy({"languageId": "js", "source": JS, "timeoutMillis": 300001}), "MANIFEST_INVALID"),
    "timeout_negative": (deploy({"languageId": "js", "source": JS, "timeoutMillis": -1}), "MANIFEST_INVALID"),
    "memory_too_small": (deploy({"languageId": "js", "source": JS, "memoryLimitMib": 31}), "MANIFEST_INVALID"),
    "memory_too_large": (deploy({"languageId": "js", "source": JS, "memoryLimitMib": 4097}), "MANIFEST_INVALID"),
    "several_faults": (deploy({"languageId": "x", "timeoutMillis": -1, "memoryLimitMib": 1}), "MANIFEST_INVALID"),
    "does_not_compile": (deploy({"id": "bad-js", "languageId": "js", "source": "let x = ;"}), "SOURCE_INVALID"),
    "does_not_load": (deploy({"id": "bad-python", "languageId": "python", "source": "1 / 0"}), "SOURCE_INVALID"),
    "no_handler": (deploy({"languageId": "python", "source": "def hello(e): pass"}), "HANDLER_NOT_FOUND"),
    "run_without_language": (run({"source": JS}), "REQUEST_INVALID|MANIFEST_INVALID"),
    "run_of_a_bad_source": (run({"languageId": "js", "source": "let x = ;"}), "SOURCE_INVALID"),
    "run_that_throws": (run({"languageId": "js", "source": "function handler() { throw new Error('x'); }"}), "FUNCTION_THREW"),
    "run_timeout_too_long": (run({"languageId": "js", "source": JS, "timeoutMillis": 300001}), "REQUEST_INVALID|MANIFEST_INVALID"),
    "get_nothing": (call("GET", "/functions/nothing-here", None, "functions.GetFunction", functions.GetFunctionRequest, name="nothing-here"), "FUNCTION_NOT_FOUND"),
    "get_bad_name": (call("GET", "/functions/-x", None, "functions.GetFunction", functions.GetFunctionRequest, name="-x"), "NAME_INVALID"),
    "delete_nothing": (call("DELETE", "/functions/nothing-here", None, "functions.DeleteFunction", functions.DeleteFunctionRequest, name="nothing-here"), "FUNCTION_NOT_FOUND"),
    "list_bad_token": (call("GET", "/functions?pageToken=x", None, "functions.ListFunctions", functions.ListFunctionsRequest, pageToken="x"), "PAGE_TOKEN_INVALID"),
    "list_negative": (call("GET", "/functions?pageSize=-1", None, "functions.ListFunctions", functions.ListFunctionsRequest, pageSize=-1), "REQUEST_INVALID"),
    "list_bad_namespace": (call("GET", "/v1/namespaces/-x/functions", None, "functions.ListFunctions", functions.ListFunctionsRequest, parent="namespaces/-x"), "NAME_INVALID"),
    "invoke_nothing": (call("POST", "/invoke/nothing-here", None, "invocations.Invoke", invocations.InvokeRequest, name="nothing-here"), "FUNCTION_NOT_FOUND"),
    "invoke_bad_name": (call("POST", "/invoke/-x", None, "invocations.Invoke", invocations.InvokeRequest, name="-x"), "NAME_INVALID"),
    "revisions_of_nothing": (call("GET", "/functions/nothing-here/revisions", None, "functions.ListFunctionRevisions", functions.ListFunctionRevisionsRequest, name="nothing-here"), "FUNCTION_NOT_FOUND"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_same_answer(name, http, rpc):
    (method, path, body, rpc_method, request_type, fields), reasons = MISTAKES[name]
    reply = http.request(method, path, body)
    service, _, procedure = rpc_method.partition(".")
    error = rpc.fail(getattr(getattr(rpc, service), procedure), ParseDict(fields, request_type()))
    assert reply.reason in reasons.split("|")
    assert error.reason == reply.reason
    assert (error.code.value[0], error.code.name, str(error)) == tuple(reply.json()[key] for key in ("code", "status", "message"))
    violations = reply.detail("BadRequest")
    assert error.violations == {v["field"]: v["description"] for v in (violations or {"fieldViolations": []})["fieldViolations"]}
    if reply.detail("FunctionError"):
        assert error.function_error.message == reply.detail("FunctionError")["message"]
        assert error.function_error.code_frame == reply.detail("FunctionError")["codeFrame"]
    assert 400 <= reply.status < 500 or reply.reason == "FUNCTION_THREW"


def test_all_faults_of_a_manifest_are_told_with_their_paths(http):
    reply = http.post("/functions", {"languageId": "x", "timeoutMillis": -1, "memoryLimitMib": 1, "dependencies": {"": {"source": ""}}})
    fields = {v["field"] for v in reply.detail("BadRequest")["fieldViolations"]}
    assert {"languageId", "source", "timeoutMillis", "memoryLimitMib"} <= fields
    assert len(fields) == 5


@pytest.mark.parametrize(
    "body, path, nearest",
    [
        ({"languageID": "js", "source": JS}, "languageID", "languageId"),
        ({"languageId": "js", "source": JS, "timeoutMilis": 5}, "timeoutMilis", "timeoutMillis"),
        ({"languageId": "js", "source": JS, "dependencies": {"a": {"sorce": ""}}}, "sorce", "source"),
        ({"languageId": "js", "sourceFile": "x.js"}, "sourceFile", ""),
        ({"languageId": "js", "source": JS, "dependencies": {"a": {"file": "a.js"}}}, "file", ""),
    ],
)
def test_an_unknown_key_is_refused_with_its_place_and_the_nearest(http, body, path, nearest):
    reply = http.post("/functions", body)
    assert reply.status == 400
    assert reply.reason in ("REQUEST_INVALID", "MANIFEST_INVALID")
    assert path in reply.json()["message"]
    assert nearest in reply.json()["message"]


@pytest.mark.parametrize(
    "body",
    [b"[]", b"1", b"null", b'"x"', b'{"languageId":1,"source":"x"}', b'{"languageId":"js","source":["x"]}', b'{"languageId":"js","source":"x","timeoutMillis":"many"}',
     b'{"languageId":"js","source":"x","timeoutMillis":1.5}', b'{"languageId":"js","source":"x","dependencies":[]}', b'{"languageId":"js","source":"x","timeoutMillis":99999999999}'],
)  # fmt: skip
def test_a_value_that_does_not_fit_is_refused(http, body):
    reply = http.post("/functions", body)
    assert (reply.status, reply.reason) in [(400, "REQUEST_INVALID"), (400, "MANIFEST_INVALID")]


def test_too_many_dependencies_are_refused(http):
    body = {"languageId": "js", "source": JS, "dependencies": {f"d{i}": {"source": ""} for i in range(2001)}}
    reply = http.post("/functions", body)
    assert (reply.status, reply.reason) == (400, "MANIFEST_INVALID")
    body["dependencies"].popitem()
    assert http.post("/run", body).body == b"{}"


def test_a_manifest_of_megabytes_is_taken_and_a_larger_one_refused(http, function_id):
    source = JS + "\n//" + "x" * (9 * 1024 * 1024)
    body = {"id": function_id, "languageId": "js", "source": JS, "dependencies": {"big": {"source": source}}}
    assert http.post("/functions", body).status == 201
    body["dependencies"]["more"] = {"source": source}
    reply = http.post("/functions", body)
    assert (reply.status, reply.reason) == (413, "SOURCE_TOO_LARGE")
    assert http.get(f"/functions/{function_id}").json()["revision"] == 1
