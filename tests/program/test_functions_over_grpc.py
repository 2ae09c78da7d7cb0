"""FunctionService over gRPC."""

import threading

import grpc
from google.protobuf.field_mask_pb2 import FieldMask
from mayfly.v1 import function_pb2, function_service_pb2 as service

JS = "function handler(event) { return event; }"


def manifest(id, source=JS, **fields):
    return function_pb2.Manifest(id=id, language_id="js", source=source, **fields)


def deploy(rpc, id, source=JS, **fields):
    return rpc.call(rpc.functions.DeployFunction, service.DeployFunctionRequest(manifest=manifest(id, source, **fields)))


def test_deploy_answers_the_function_and_says_whether_it_is_new(rpc, function_id):
    dependencies = {name: function_pb2.Dependency(source="") for name in ("b", "a")}
    request = service.DeployFunctionRequest(manifest=manifest(function_id, dependencies=dependencies))
    function = rpc.call(rpc.functions.DeployFunction, request)
    assert function.name == f"namespaces/default/functions/{function_id}"
    assert (function.id, function.language_id, function.function_name) == (function_id, "js", "handler")
    assert (list(function.dependencies), function.revision, len(function.content_sha256)) == (["a", "b"], 1, 64)
    assert (function.timeout_millis, function.memory_limit_mib) == (5000, 128)
    assert not function.HasField("manifest")
    assert function.create_time == function.update_time
    assert rpc.call(rpc.functions.DeployFunction, request).revision == 2


def test_create_refuses_what_is_there(rpc, function_id):
    request = service.CreateFunctionRequest(parent="namespaces/default", manifest=manifest(function_id))
    rpc.call(rpc.functions.CreateFunction, request)
    error = rpc.fail(rpc.functions.CreateFunction, request)
    assert (error.code, error.reason) == (grpc.StatusCode.ALREADY_EXISTS, "FUNCTION_EXISTS")


def test_get_takes_short_and_long_names_views_and_revisions(rpc, function_id):
    deploy(rpc, function_id, JS)
    deploy(rpc, function_id, JS + "//2")
    long = f"namespaces/default/functions/{function_id}"
    get = rpc.functions.GetFunction
    latest = rpc.call(get, service.GetFunctionRequest(name=function_id))
    assert latest.revision == 2
    assert rpc.call(get, service.GetFunctionRequest(name=long)) == latest
    old = rpc.call(get, service.GetFunctionRequest(name=long, view="FULL", revision=1))
    assert (old.revision, old.manifest.source, old.manifest.timeout_millis) == (1, JS, 5000)
    error = rpc.fail(get, service.GetFunctionRequest(name=long, revision=3))
    assert (error.code, error.reason) == (grpc.StatusCode.NOT_FOUND, "FUNCTION_NOT_FOUND")


def test_update_takes_its_mask_and_its_etag(rpc, function_id):
    first = deploy(rpc, function_id)
    update = rpc.functions.UpdateFunction
    change = function_pb2.Manifest(timeout_millis=99, memory_limit_mib=64)
    request = service.UpdateFunctionRequest(
        name=function_id, manifest=change, update_mask=FieldMask(paths=["timeout_millis"]), etag=first.etag
    )
    second = rpc.call(update, request)
    assert (second.revision, second.timeout_millis, second.memory_limit_mib) == (2, 99, 128)
    error = rpc.fail(update, request)
    assert (error.code, error.reason) == (grpc.StatusCode.ABORTED, "ETAG_MISMATCH")


def test_an_update_without_a_mask_takes_everything(rpc, function_id):
    deploy(rpc, function_id, timeout_millis=77)
    request = service.UpdateFunctionRequest(name=function_id, manifest=manifest("", JS + "//"))
    assert rpc.call(rpc.functions.UpdateFunction, request).timeout_millis == 5000
    wrong = service.UpdateFunctionRequest(name=function_id, manifest=manifest("another-id"))
    assert rpc.fail(rpc.functions.UpdateFunction, wrong).code == grpc.StatusCode.INVALID_ARGUMENT


def test_delete_and_its_errors(rpc, function_id):
    deploy(rpc, function_id)
    delete = rpc.functions.DeleteFunction
    rpc.call(delete, service.DeleteFunctionRequest(name=function_id))
    error = rpc.fail(delete, service.DeleteFunctionRequest(name=function_id))
    assert (error.code, error.reason) == (grpc.StatusCode.NOT_FOUND, "FUNCTION_NOT_FOUND")
    rpc.call(delete, service.DeleteFunctionRequest(name=function_id, allow_missing=True))


def test_lists_page(rpc, function_id):
    parent = f"namespaces/{function_id}"
    for id in ("c", "a", "b"):
        rpc.call(rpc.functions.CreateFunction, service.CreateFunctionRequest(parent=parent, manifest=manifest(id)))
    first = rpc.call(rpc.functions.ListFunctions, service.ListFunctionsRequest(parent=parent, page_size=2, view="FULL"))
    assert [f.manifest.id for f in first.functions] == ["a", "b"]
    request = service.ListFunctionsRequest(parent=parent, page_token=first.next_page_token)
    second = rpc.call(rpc.functions.ListFunctions, request)
    assert ([f.id for f in second.functions], second.next_page_token) == (["c"], "")
    other = service.ListFunctionsRequest(parent="namespaces/elsewhere", page_token=first.next_page_token)
    assert rpc.fail(rpc.functions.ListFunctions, other).reason == "PAGE_TOKEN_INVALID"


def test_revisions_are_listed_newest_first(rpc, function_id):
    for n in range(3):
        deploy(rpc, function_id, JS + f"//{n}")
    request = service.ListFunctionRevisionsRequest(name=function_id, page_size=2)
    page = rpc.call(rpc.functions.ListFunctionRevisions, request)
    assert [f.revision for f in page.revisions] == [3, 2]
    request.page_token = page.next_page_token
    assert [f.revision for f in rpc.call(rpc.functions.ListFunctionRevisions, request).revisions] == [1]


def test_watch_resumes_by_token(start_server):
    rpc = start_server().rpc
    deploy(rpc, "one")
    stream = rpc.functions.WatchFunctions(service.WatchFunctionsRequest(), timeout=30)
    assert next(stream).function.id == "one"
    synced = next(stream)
    assert synced.kind == service.WatchFunctionsResponse.SYNCED
    stream.cancel()
    deploy(rpc, "two")
    rpc.call(rpc.functions.DeleteFunction, service.DeleteFunctionRequest(name="one"))
    resumed = rpc.functions.WatchFunctions(service.WatchFunctionsRequest(resume_token=synced.resume_token), timeout=30)
    told = [next(resumed) for _ in range(3)]
    kinds = service.WatchFunctionsResponse
    assert sorted(m.kind for m in told) == [kinds.PUT, kinds.DELETED, kinds.SYNCED]
    assert [m.function.name for m in told if m.kind == kinds.DELETED] == ["namespaces/default/functions/one"]
    resumed.cancel()
    unknown = rpc.functions.WatchFunctions(service.WatchFunctionsRequest(resume_token="nonsense"), timeout=30)
    assert [next(unknown).kind for _ in range(3)] == [kinds.RESET, kinds.PUT, kinds.SYNCED]
    unknown.cancel()


def test_a_call_sees_a_create_that_was_answered(rpc, function_id):
    """Always, not mostly: many at once, each invoked as soon as its create was answered."""
    failures = []

    def one(n):
        id = f"{function_id}-{n}"
        deploy(rpc, id, f"function handler() {{ return {n}; }}")
        response = rpc.try_call(rpc.invocations.Invoke, rpc.invoke(id))
        if getattr(response, "result", None) != str(n).encode():
            failures.append(response)
        deploy(rpc, id, f"function handler() {{ return {n} + 1000; }}")
        response = rpc.try_call(rpc.invocations.Invoke, rpc.invoke(id))
        if getattr(response, "result", None) != str(n + 1000).encode():
            failures.append(response)

    threads = [threading.Thread(target=one, args=(n,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
