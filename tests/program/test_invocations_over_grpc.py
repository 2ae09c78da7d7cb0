"""InvocationService over gRPC, and what else the gRPC port serves."""

import grpc
from mayfly.v1 import function_pb2, invocation_pb2, invocation_service_pb2 as service

JS = "function handler(event) { return event; }"


def test_invoke_answers_result_and_receipt(server, rpc, http, function_id):
    http.deploy(function_id, "js", "function handler(e) { console.warn('called'); return e; }")
    response = rpc.call(rpc.invocations.Invoke, rpc.invoke(function_id, b'{"a": [1.0, "\\ud800"]}'))
    assert response.result == b'{"a":[1,"\\ud800"]}'
    receipt = response.receipt
    assert (receipt.name, receipt.revision) == (f"namespaces/default/functions/{function_id}", 1)
    assert receipt.start in (invocation_pb2.COLD, invocation_pb2.WARM)
    assert invocation_pb2.Isolation.Name(receipt.isolation) == server.isolation.upper()
    assert invocation_pb2.RewindWay.Name(receipt.rewind_way).replace("_", "-").lower() in (
        server.rewind_way,
        "rewind-way-unspecified" if server.isolation == "fresh" else None,
    )
    assert [(entry.level, entry.text) for entry in receipt.logs] == [(invocation_pb2.LogEntry.WARN, "called")]
    assert not receipt.logs_truncated


def test_an_empty_event_is_an_empty_object(rpc, http, function_id):
    http.deploy(function_id, "js", JS)
    assert rpc.call(rpc.invocations.Invoke, rpc.invoke(function_id)).result == b"{}"


def test_an_error_has_its_details(rpc, http, function_id):
    http.deploy(function_id, "python", "def handler(event):\n    print('before')\n    return event['x']\n")
    error = rpc.fail(rpc.invocations.Invoke, rpc.invoke(function_id))
    assert (error.code, error.reason) == (grpc.StatusCode.UNKNOWN, "FUNCTION_THREW")
    assert (error.function_error.type, error.function_error.message) == ("KeyError", "'x'")
    frame = error.function_error.frames[0]
    assert (frame.function, frame.file, frame.line, frame.column) == ("handler", f"{function_id}.py", 3, 12)
    assert [entry.text for entry in error.receipt.logs] == ["before"]
    assert error.receipt.HasField("cpu_time")


def test_run_and_check(rpc):
    request = service.RunRequest(language_id="python", source="def handler(e):\n    return e\n", event=b"[1.0]")
    response = rpc.call(rpc.invocations.Run, request)
    assert (response.result, response.receipt.start) == (b"[1.0]", invocation_pb2.COLD)
    manifest = function_pb2.Manifest(language_id="js", source="let x = ;")
    error = rpc.fail(rpc.invocations.CheckFunction, service.CheckFunctionRequest(manifest=manifest))
    assert (error.code, error.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "SOURCE_INVALID")
    manifest.source = JS
    checked = rpc.call(rpc.invocations.CheckFunction, service.CheckFunctionRequest(manifest=manifest))
    assert checked.receipt.load_time.ToNanoseconds() > 0
    assert checked.receipt.run_time.ToNanoseconds() == 0


def test_large_events_pass_and_larger_are_refused(rpc, http, function_id):
    http.deploy(function_id, "js", JS)
    event = b'["' + b"x" * (6 * 1024 * 1024 - 4) + b'"]'
    assert len(rpc.call(rpc.invocations.Invoke, rpc.invoke(function_id, event)).result) == 6 * 1024 * 1024
    error = rpc.fail(rpc.invocations.Invoke, rpc.invoke(function_id, event + b" "))
    assert (error.code, error.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "EVENT_TOO_LARGE")


def test_health_is_served(rpc):
    assert rpc.serving_status() == 1


def test_reflection_lists_the_services(rpc):
    listed = rpc.reflection(b":\x01*")  # list_services: "*"
    for name in (b"mayfly.v1.FunctionService", b"mayfly.v1.InvocationService", b"grpc.health.v1.Health"):
        assert name in listed
    # file_containing_symbol: the file's descriptor comes back.
    symbol = b"mayfly.v1.InvocationService"
    assert b"mayfly/v1/invocation_service.proto" in rpc.reflection(b'"' + bytes([len(symbol)]) + symbol)


def test_an_unknown_method_is_unimplemented(rpc):
    try:
        rpc.unary("/mayfly.v1.InvocationService/Nope")
        raise AssertionError("no error")
    except grpc.RpcError as error:
        assert error.code() == grpc.StatusCode.UNIMPLEMENTED


def test_bytes_that_are_no_message_are_refused(rpc, http):
    try:
        rpc.unary("/mayfly.v1.InvocationService/Invoke", b"\xff\xff\xff")
        raise AssertionError("no error")
    except grpc.RpcError as error:
        # gRPC's own answer, before any code of ours.
        assert error.code() in (grpc.StatusCode.INTERNAL, grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.UNIMPLEMENTED)
    assert http.get("/health").status == 200
