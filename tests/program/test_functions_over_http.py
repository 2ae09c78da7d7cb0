"""FunctionService over HTTP: exact statuses, bodies and headers."""

import json
import re

JS = "function handler(event) { return event; }"
UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def body_of(function, **changes):
    """The exact body: proto3 JSON, compact, in the order of the fields."""
    return json.dumps({**function, **changes}, separators=(",", ":"), ensure_ascii=False).encode()


def test_a_deploy_answers_201_with_the_function(http, function_id):
    manifest = {"id": function_id, "languageId": "js", "source": JS, "dependencies": {"b": {"source": ""}, "a": {"source": ""}}}
    reply = http.post("/functions", manifest)
    assert reply.status == 201
    assert reply.header("Content-Type") == "application/json"
    function = reply.json()
    assert list(function) == [
        "name", "id", "languageId", "functionName", "jsEvalAsModule", "dependencies", "revision", "contentSha256", "etag",
        "createTime", "updateTime", "timeoutMillis", "memoryLimitMib",
    ]  # fmt: skip
    assert re.fullmatch(r"[0-9a-f]{64}", function["contentSha256"])
    assert function["etag"] != ""
    assert TIME.fullmatch(function["createTime"])
    assert reply.body == body_of(
        function,
        name=f"namespaces/default/functions/{function_id}",
        id=function_id,
        languageId="js",
        functionName="handler",
        jsEvalAsModule=False,
        dependencies=["a", "b"],
        revision=1,
        updateTime=function["createTime"],
        timeoutMillis=5000,
        memoryLimitMib=128,
    )


def test_a_second_deploy_answers_200_with_a_new_revision(http, function_id):
    first = http.deploy(function_id, "js", JS)
    reply = http.post("/functions", {"id": function_id, "languageId": "js", "source": JS + "//"})
    second = reply.json()
    assert reply.status == 200
    assert (first["revision"], second["revision"]) == (1, 2)
    assert second["createTime"] == first["createTime"]
    assert second["etag"] != first["etag"]
    assert second["contentSha256"] != first["contentSha256"]


def test_a_function_without_an_id_gets_a_uuid_of_version_7(http):
    reply = http.post("/functions", {"languageId": "js", "source": JS})
    assert reply.status == 201
    assert UUID7.fullmatch(reply.json()["id"])


def test_create_answers_409_when_the_function_is_there(http, function_id):
    manifest = {"id": function_id, "languageId": "js", "source": JS}
    path = "/v1/namespaces/default/functions"
    assert http.post(path, manifest).status in (200, 201)
    reply = http.post(path, manifest)
    assert (reply.status, reply.reason) == (409, "FUNCTION_EXISTS")
    assert (reply.json()["code"], reply.json()["status"]) == (6, "ALREADY_EXISTS")


def test_get_answers_the_function_and_with_full_its_sources(http, function_id):
    deployed = http.deploy(function_id, "js", JS, dependencies={"d": {"source": "// é"}}, timeoutMillis=70)
    reply = http.get(f"/functions/{function_id}")
    assert (reply.status, reply.body) == (200, body_of(deployed))
    full = http.get(f"/functions/{function_id}?view=FULL")
    manifest = {
        "id": function_id,
        "languageId": "js",
        "functionName": "handler",
        "jsEvalAsModule": False,
        "source": JS,
        "dependencies": {"d": {"source": "// é"}},
        "timeoutMillis": 70,
        "memoryLimitMib": 128,
        "warmupEvents": [],
        "pythonInterpreter": "",
    }
    assert full.body == body_of(deployed, manifest=manifest)
    assert http.get(f"/v1/namespaces/default/functions/{function_id}?view=FULL").body == full.body


def test_get_of_what_is_not_there_names_the_nearest_ids(http, function_id):
    http.deploy(function_id, "js", JS)
    reply = http.get(f"/functions/{function_id[:-1]}x")
    assert (reply.status, reply.reason) == (404, "FUNCTION_NOT_FOUND")
    assert function_id in reply.json()["error"]


def test_list_answers_a_bare_array_and_the_long_path_the_whole_reply(start_server):
    server = start_server()
    assert server.http.get("/functions").body == b"[]"
    functions = [server.http.deploy(id, "js", JS) for id in ("b", "a", "c")]
    functions.sort(key=lambda f: f["id"])
    reply = server.http.get("/functions")
    assert (reply.status, reply.json()) == (200, functions)
    assert reply.header("Mayfly-Next-Page-Token") is None
    long = server.http.get("/v1/namespaces/default/functions")
    assert long.json() == {"functions": functions, "nextPageToken": ""}


def test_lists_page_by_token(start_server):
    server = start_server()
    for id in ("a", "b", "c", "d", "e"):
        server.http.deploy(id, "js", JS)
    seen, path = [], "/functions?pageSize=2"
    for expected in (["a", "b"], ["c", "d"], ["e"]):
        reply = server.http.get(path)
        assert [f["id"] for f in reply.json()] == expected
        token = reply.header("Mayfly-Next-Page-Token")
        path = f"/functions?page_size=2&page_token={token}"
        seen += expected
    assert token is None
    reply = server.http.get("/functions?pageToken=nonsense")
    assert (reply.status, reply.reason) == (400, "PAGE_TOKEN_INVALID")


def test_lists_hold_a_namespace_alone(http, function_id):
    reply = http.post("/v1/namespaces/other-list/functions", {"id": function_id, "languageId": "js", "source": JS})
    assert reply.json()["name"] == f"namespaces/other-list/functions/{function_id}"
    assert [f["id"] for f in http.get("/v1/namespaces/other-list/functions").json()["functions"]] == [function_id]
    assert http.get(f"/functions/{function_id}").status == 404
    assert http.post(f"/v1/namespaces/other-list/functions/{function_id}:invoke", "7").json()["result"] == 7


def test_patch_updates_what_the_body_holds(http, function_id):
    first = http.deploy(function_id, "js", JS, dependencies={"d": {"source": ""}})
    reply = http.patch(f"/functions/{function_id}", {"timeoutMillis": 1234})
    second = reply.json()
    assert reply.status == 200
    assert {k: v for k, v in second.items() if first[k] != v}.keys() == {
        "revision", "contentSha256", "etag", "updateTime", "timeoutMillis"
    }  # fmt: skip
    assert (second["revision"], second["timeoutMillis"]) == (2, 1234)


def test_patch_takes_a_mask(http, function_id):
    http.deploy(function_id, "js", JS, timeoutMillis=100, memoryLimitMib=64)
    body = {"timeoutMillis": 200, "memoryLimitMib": 256}
    changed = http.patch(f"/functions/{function_id}?updateMask=memoryLimitMib", body).json()
    assert (changed["timeoutMillis"], changed["memoryLimitMib"]) == (100, 256)
    both = http.patch(f"/functions/{function_id}?updateMask=timeoutMillis,memory_limit_mib", body).json()
    assert (both["timeoutMillis"], both["memoryLimitMib"]) == (200, 256)
    reset = http.patch(f"/functions/{function_id}?updateMask=timeoutMillis", {}).json()
    assert reset["timeoutMillis"] == 5000


def test_patch_of_an_unknown_mask_is_refused(http, function_id):
    http.deploy(function_id, "js", JS)
    reply = http.patch(f"/functions/{function_id}?updateMask=colour", {})
    assert reply.status == 400
    assert http.get(f"/functions/{function_id}").json()["revision"] == 1


def test_patch_with_a_source_that_does_not_load_stores_nothing(http, function_id):
    http.deploy(function_id, "js", JS)
    reply = http.patch(f"/functions/{function_id}", {"source": "function handler( {"})
    assert (reply.status, reply.reason) == (400, "SOURCE_INVALID")
    assert http.get(f"/functions/{function_id}").json()["revision"] == 1


def test_patch_creates_where_it_may(http, function_id):
    path = f"/functions/{function_id}"
    assert (http.patch(path, {"timeoutMillis": 1}).status, http.patch(path, {"timeoutMillis": 1}).reason) == (404, "FUNCTION_NOT_FOUND")
    reply = http.patch(path + "?allowMissing=true", {"languageId": "js", "source": JS})
    assert (reply.status in (200, 201), reply.json()["revision"]) == (True, 1)


def test_an_etag_makes_a_write_conditional(http, function_id):
    first = http.deploy(function_id, "js", JS)
    second = http.patch(f"/functions/{function_id}?etag={first['etag']}", {"timeoutMillis": 10})
    assert second.status == 200
    for reply in (
        http.patch(f"/functions/{function_id}?etag={first['etag']}", {"timeoutMillis": 20}),
        http.delete(f"/functions/{function_id}?etag={first['etag']}"),
    ):
        assert (reply.status, reply.reason, reply.json()["status"]) == (409, "ETAG_MISMATCH", "ABORTED")
    assert http.get(f"/functions/{function_id}").json()["timeoutMillis"] == 10
    assert http.delete(f"/functions/{function_id}?etag={second.json()['etag']}").status == 200


def test_delete_answers_an_empty_object_and_the_function_is_gone(http, function_id):
    http.deploy(function_id, "js", JS)
    reply = http.delete(f"/functions/{function_id}")
    assert (reply.status, reply.body) == (200, b"{}")
    assert http.get(f"/functions/{function_id}").status == 404
    assert http.invoke(function_id).reason == "FUNCTION_NOT_FOUND"
    assert http.delete(f"/functions/{function_id}").reason == "FUNCTION_NOT_FOUND"
    assert http.delete(f"/functions/{function_id}?allowMissing=true").status == 200
    assert http.post("/functions", {"id": function_id, "languageId": "js", "source": JS}).status == 201


def test_the_last_100_revisions_are_kept_listed_and_invoked(start_server):
    server = start_server()
    last = 103
    for n in range(1, last + 1):
        server.http.deploy("many", "js", f"function handler() {{ return {n}; }}")
    page = server.http.get("/functions/many/revisions?pageSize=60").json()
    rest = server.http.get(f"/functions/many/revisions?pageToken={page['nextPageToken']}").json()
    revisions = [f["revision"] for f in page["revisions"] + rest["revisions"]]
    assert revisions == list(range(last, last - 100, -1))
    assert rest["nextPageToken"] == ""
    path = "/v1/namespaces/default/functions/many:invoke"
    assert server.http.invoke("many").body == b"103"
    for revision in (4, 50, 103):
        reply = server.http.post(f"/invoke/many?revision={revision}")
        assert (reply.body, reply.header("Mayfly-Revision")) == (str(revision).encode(), str(revision))
    gone = server.http.post(f"{path}?revision=3")
    assert (gone.status, gone.reason) == (404, "FUNCTION_NOT_FOUND")
    assert server.http.get("/functions/many?revision=4").json()["revision"] == 4
    assert server.http.get("/functions/many?revision=3").reason == "FUNCTION_NOT_FOUND"


def test_watch_tells_the_state_and_then_each_change(start_server):
    server = start_server()
    server.http.deploy("one", "js", JS)
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", server.http_port, timeout=30)
    connection.request("GET", "/v1/functions:watch")
    response = connection.getresponse()
    assert response.status == 200

    def tell():
        return json.loads(response.readline())["result"]

    first = tell()
    assert (first["kind"], first["function"]["id"], first["function"]["manifest"]["source"]) == ("PUT", "one", JS)
    assert tell()["kind"] == "SYNCED"
    server.http.deploy("two", "js", JS)
    change = tell()
    assert (change["kind"], change["function"]["id"]) == ("PUT", "two")
    server.http.delete("/functions/one")
    gone = tell()
    assert (gone["kind"], gone["function"]["name"]) == ("DELETED", "namespaces/default/functions/one")
    connection.close()
