"""The command line against a live server and without one: output, exit codes, next steps."""

import json
import re

import pytest

HELLO = "function handler(event) { console.log('called'); return { message: `Hello, ${event.name}!` }; }\n"


@pytest.fixture
def to(server, mayfly):
    """The command line, talking to the server: to("list")."""

    def run(*arguments, **options):
        return mayfly(*arguments, env={"MAYFLY_SERVER": server.grpc_address}, **options)

    return run


def test_upload_list_get_invoke_delete(to, tmp_path, function_id):
    (tmp_path / f"{function_id}.js").write_text(HELLO)
    uploaded = to("upload", f"{function_id}.js")
    assert (uploaded.code, uploaded.stdout) == (0, f"{function_id}  revision 1  js\n")
    assert re.search(rf"^{function_id} +js +1 ", to("list").stdout, re.MULTILINE)
    got = to("get", function_id)
    assert got.code == 0
    assert f"namespaces/default/functions/{function_id}" in got.stdout
    assert to("get", function_id, "--source").stdout == HELLO
    invoked = to("invoke", function_id, '{"name": "Ada"}')
    assert (invoked.code, invoked.stdout) == (0, '{"message":"Hello, Ada!"}\n')
    assert " info | called\n" in invoked.stderr
    assert re.search(r"queue [\d.]+ ms · (load [\d.]+ ms \(cold\)|warm) · run [\d.]+ ms · (fresh|rewind( [\d.]+ µs)?)\n", invoked.stderr)
    deleted = to("delete", function_id)
    assert (deleted.code, deleted.stdout) == (0, f"deleted {function_id}\n")
    assert to("invoke", function_id).code == 5


def test_json_everywhere(to, tmp_path, function_id):
    (tmp_path / f"{function_id}.py").write_text("def handler(event):\n    return [event, 1.0]\n")
    uploaded = to("upload", f"{function_id}.py", "--json").json()
    assert [(f["id"], f["languageId"]) for f in uploaded] == [(function_id, "python")]
    assert function_id in [f["id"] for f in to("list", "--json").json()]
    assert to("get", function_id, "--json", "--source").json()["manifest"]["source"].startswith("def handler")
    invoked = to("invoke", function_id, "[1.0]", "--json")
    assert invoked.stdout.startswith('{"result":[[1.0],1.0],"receipt":{')
    assert invoked.json()["receipt"]["revision"] == 1
    error = to("invoke", "nothing-like-it", "--json")
    assert error.code == 5
    assert error.stdout == ""
    body = json.loads(error.stderr)
    assert (body["status"], body["details"][0]["reason"]) == ("NOT_FOUND", "FUNCTION_NOT_FOUND")
    assert to("delete", function_id, "--json").json() == {"deleted": function_id}
    assert to("version", "--json").json().keys() == {"version"}


@pytest.mark.parametrize("event, result", [("7", "7"), ("@event.json", '{"from":"file"}'), ("-", '"from stdin"'), ('"-"', '"-"'), ("[1,2]", "[1,2]"), ("-1", "-1")])
def test_an_event_is_an_argument_a_file_or_stdin(to, tmp_path, server, event, result):
    server.http.deploy("cli-echo", "js", "function handler(event) { return event; }")
    (tmp_path / "event.json").write_text('{"from": "file"}')
    done = to("invoke", "cli-echo", event, stdin='"from stdin"')
    assert (done.code, done.stdout) == (0, result + "\n"), done.stderr


def test_a_manifest_with_comments_and_files_and_a_folder(to, tmp_path, function_id):
    folder = tmp_path / "functions"
    (folder / "lib").mkdir(parents=True)
    (folder / "a.jsonc").write_text(
        f'{{\n  // what it is called\n  "id": "{function_id}-a", "languageId": "js", "sourceFile": "a.js",\n'
        '  "dependencies": { "b": { "file": "lib/b.js" }, },\n}\n'
    )
    (folder / "a.js").write_text("function handler() { return require('b'); }")
    (folder / "lib/b.js").write_text("module.exports = 'from b';")
    (folder / f"{function_id}-m.mjs").write_text("export default () => 'module';")
    uploaded = to("upload", "functions")
    assert uploaded.code == 0, uploaded.stderr
    assert sorted(line.split()[0] for line in uploaded.stdout.splitlines()) == [f"{function_id}-a", f"{function_id}-m"]
    assert to("invoke", f"{function_id}-a").stdout == '"from b"\n'
    assert to("invoke", f"{function_id}-m").stdout == '"module"\n'


def test_a_folder_of_graalfaas_is_imported(to, tmp_path, function_id):
    folder = tmp_path / ".faas/functions"
    folder.mkdir(parents=True)
    stored = {
        "id": function_id,
        "languageId": "js",
        "functionName": "greet",
        "jsEvalAsModule": True,
        "sourceCode": "import { hi } from 'hi'; export const greet = e => hi(e);",
        "dependencies": {"hi": "export const hi = e => 'hi ' + e;"},
    }
    (folder / f"{function_id}.json").write_text(json.dumps(stored))
    assert to("upload", ".faas").code == 0
    assert to("invoke", function_id, '"you"').stdout == '"hi you"\n'


def test_a_function_that_fails_exits_with_1_and_shows_where(to, server, function_id):
    server.http.deploy(function_id, "js", "function handler(event) {\n  return event.user.name;\n}\n")
    failed = to("invoke", function_id)
    assert (failed.code, failed.stdout) == (1, "")
    assert "TypeError: Cannot read properties of undefined (reading 'name')" in failed.stderr
    assert "> 2 |   return event.user.name;" in failed.stderr
    assert "FUNCTION_THREW" in failed.stderr


def test_a_source_that_does_not_load_exits_with_1_and_shows_where(to, tmp_path, function_id):
    (tmp_path / "bad.py").write_text("def handler(event):\n    return event +\n")
    refused = to("upload", "bad.py")
    assert refused.code == 1
    assert "> 2 |     return event +" in refused.stderr
    assert "bad.py" in refused.stderr


def test_a_timeout_exits_with_124(to, server, function_id):
    server.http.deploy(function_id, "js", "function handler() { for (;;) {} }", timeoutMillis=300)
    assert to("invoke", function_id).code == 124
    server.http.deploy(function_id, "js", "function handler() { for (;;) {} }", timeoutMillis=60000)
    assert to("invoke", function_id, "--timeout", "300ms").code == 124


@pytest.mark.parametrize(
    "arguments, told",
    [
        (["invoke"], "ID"),
        (["frobnicate"], "frobnicate"),
        (["lst"], "list"),
        (["list", "--jsno"], "--json"),
        (["invoke", "a", "{bad"], "EVENT_INVALID"),
        (["invoke", "a", "@absent.json"], "absent.json"),
        (["upload", "absent.js"], "absent.js"),
        (["upload", "file.txt"], "file.txt"),
        (["upload", "empty"], "empty"),
        (["upload", "bad.json"], "languageId"),
        (["invoke", "a", "--timeout", "soon"], "soon"),
    ],
)
def test_a_mistake_exits_with_2_and_says_what(to, tmp_path, arguments, told):
    (tmp_path / "file.txt").write_text("x")
    (tmp_path / "empty").mkdir()
    (tmp_path / "bad.json").write_text('{\n  "languageID": "js"\n}\n')
    done = to(*arguments)
    assert (done.code, done.stdout) == (2, "")
    assert told in done.stderr


def test_no_server_exits_with_3_and_names_both_ways_on(mayfly):
    done = mayfly("list", "--server", "127.0.0.1:1")
    assert done.code == 3
    assert "127.0.0.1:1" in done.stderr
    assert "serve" in done.stderr
    assert "--local" in done.stderr


def test_what_is_not_there_exits_with_5_and_names_the_nearest(to, server, function_id):
    server.http.deploy(function_id, "js", "function handler() {}")
    for command in ("get", "invoke", "delete"):
        done = to(command, function_id[:-1] + "x")
        assert done.code == 5
        assert function_id in done.stderr


def test_local_works_on_the_store_without_a_server(mayfly, tmp_path):
    (tmp_path / "hello.js").write_text(HELLO)
    local = ("--local", "--data-dir", "store")
    assert mayfly("upload", "hello.js", *local).code == 0
    assert mayfly("upload", "hello.js", *local).stdout == "hello  revision 2  js\n"
    assert mayfly("invoke", "hello", '{"name": "Ada"}', *local).stdout == '{"message":"Hello, Ada!"}\n'
    assert mayfly("invoke", "hello", "--revision", "1", *local, env={"MAYFLY_DATA_DIR": "elsewhere"}).code == 0
    assert [f["id"] for f in mayfly("list", "--json", *local).json()] == ["hello"]
    assert mayfly("delete", "hello", *local).code == 0
    assert mayfly("list", "--json", *local).json() == []
    assert mayfly("invoke", "hello", *local).code == 5


def test_a_local_store_is_the_servers(start_server, mayfly, tmp_path):
    (tmp_path / "hello.js").write_text(HELLO)
    assert mayfly("upload", "hello.js", "--local", "--data-dir", "store").code == 0
    server = start_server(data_dir=tmp_path / "store")
    assert server.http.invoke("hello", {"name": "Ada"}).body == b'{"message":"Hello, Ada!"}'


@pytest.mark.parametrize(
    "name, source, result",
    [
        ("a.js", HELLO, '{"message":"Hello, Ada!"}'),
        ("b.mjs", "export default async e => (await e).name;", '"Ada"'),
        ("c.py", "async def handler(event):\n    return event['name']\n", '"Ada"'),
        ("d.json", '{"languageId": "js", "functionName": "f", "source": "const f = e => e.name"}', '"Ada"'),
    ],
)
def test_run_needs_no_server(mayfly, tmp_path, name, source, result):
    (tmp_path / name).write_text(source)
    done = mayfly("run", name, '{"name": "Ada"}')
    assert (done.code, done.stdout) == (0, result + "\n"), done.stderr
    assert "cold" in done.stderr
    assert sorted(p.name for p in tmp_path.iterdir()) == [name]


def test_run_fails_as_invoke_does(mayfly, tmp_path):
    (tmp_path / "throws.py").write_text("def handler(event):\n    raise ValueError('no')\n")
    done = mayfly("run", "throws.py")
    assert (done.code, done.stdout) == (1, "")
    assert "ValueError: no" in done.stderr
    (tmp_path / "loops.json").write_text('{"languageId": "js", "source": "function handler() { for (;;) {} }", "timeoutMillis": 300}')
    assert mayfly("run", "loops.json").code == 124


def test_namespaces_are_apart(to, tmp_path, function_id):
    (tmp_path / f"{function_id}.js").write_text(HELLO)
    assert to("upload", f"{function_id}.js", "--namespace", "cli-other").code == 0
    assert to("get", function_id).code == 5
    assert to("get", function_id, "--namespace", "cli-other").code == 0


def test_an_upload_of_several_stores_those_that_are_right(to, tmp_path, function_id):
    (tmp_path / f"{function_id}-good.js").write_text(HELLO)
    (tmp_path / f"{function_id}-bad.js").write_text("function handler( {")
    done = to("upload", f"{function_id}-bad.js", f"{function_id}-good.js")
    assert done.code == 1
    assert done.stdout == f"{function_id}-good  revision 1  js\n"


def test_the_demo_shows_each_call(mayfly):
    done = mayfly()
    assert done.code == 0, done.stderr
    for word in ("JavaScript", "Python", "an ES module", "with a dependency", "that awaits", "queue", "load", "run"):
        assert word in done.stdout
    assert re.search(r" · (fresh|rewind)", done.stdout)


def test_isolation_is_chosen_by_flags_wherever_functions_run(mayfly, tmp_path):
    (tmp_path / "f.js").write_text("function handler(event) { return event; }")
    assert mayfly("run", "f.js", "--isolation=fresh").stderr.endswith(" · fresh\n")
    assert mayfly("run", "f.js", "--rewind=dontneed").stderr.endswith(" · rewind\n")
    refused = mayfly("run", "f.js", "--isolation=fresh", "--rewind=dontneed")
    assert refused.code != 0
    assert "--rewind=dontneed contradicts --isolation=fresh" in refused.stderr
    findings = {one["name"].strip(): one for one in mayfly("doctor", "--json", "--isolation=fresh").json()}
    assert findings["isolation"]["detail"] == "fresh: chosen by --isolation=fresh"
    assert {"userfaultfd", "pagemap-scan", "pagemap", "dontneed"} <= findings.keys()


def test_help_version_completion_and_doctor(mayfly):
    assert "upload" in mayfly("--help").stdout
    assert "FILE" in mayfly("upload", "--help").stdout
    assert re.fullmatch(r"mayfly \d+\.\d+\.\d+\n", mayfly("version").stdout)
    for shell in ("bash", "zsh", "fish"):
        done = mayfly("completion", shell)
        assert (done.code, "upload" in done.stdout) == (0, True)
    assert mayfly("doctor").code == 0
    assert {f["state"] for f in mayfly("doctor", "--json").json()} <= {"good", "warning"}


def test_nothing_is_coloured_off_a_terminal(to, server, function_id):
    server.http.deploy(function_id, "js", "function handler() { throw new Error('x'); }")
    for done in (to("list"), to("invoke", function_id), to("--help")):
        assert "\x1b" not in done.stdout + done.stderr
