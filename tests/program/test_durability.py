"""What was acknowledged is there after a restart, however the server ended."""

import concurrent.futures
import http.client

from harness import processes, waiting

JS = "function handler(event) { return event; }"


def test_functions_and_revisions_survive_a_restart(start_server, tmp_path):
    data = tmp_path / "data"
    server = start_server(data_dir=data)
    server.http.deploy("a", "js", "function handler() { return 1; }")
    second = server.http.deploy("a", "js", "function handler() { return 2; }", dependencies={"d": {"source": "// 🦋"}})
    server.http.deploy("gone", "js", JS)
    server.http.delete("/functions/gone")
    full = server.http.get("/functions/a?view=FULL").body
    server.stop()
    again = start_server(data_dir=data)
    assert again.http.get("/functions").json() == [second]
    assert again.http.get("/functions/a?view=FULL").body == full
    assert again.http.invoke("a").body == b"2"
    assert again.http.post("/invoke/a?revision=1").body == b"1"
    assert again.http.deploy("a", "js", JS)["revision"] == 3
    assert again.http.invoke("gone").status == 404


def test_every_acknowledged_create_survives_kill_9(start_server, tmp_path):
    data = tmp_path / "data"
    server = start_server(data_dir=data)
    acknowledged = []

    def store(writer):
        for n in range(1000):
            id = f"w{writer}-{n}"
            body = {"id": id, "languageId": "js", "source": f"function handler() {{ return '{id}'; }}//{'x' * 5000}"}
            try:
                reply = server.http.post("/functions", body)
            except (OSError, http.client.HTTPException):
                return
            assert reply.status == 201, reply.body
            acknowledged.append(id)

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        writers = [pool.submit(store, writer) for writer in range(4)]
        while len(acknowledged) < 60:
            assert not any(writer.done() for writer in writers), [writer.exception() for writer in writers if writer.done()]
        server.kill()
        for writer in writers:
            writer.result()
    again = start_server(data_dir=data)
    stored = {f["id"]: f for f in again.http.get("/functions?view=FULL").json()}
    assert set(acknowledged) <= set(stored)
    # Those that were not acknowledged are whole or not there.
    for id, function in stored.items():
        assert function["manifest"]["source"].startswith(f"function handler() {{ return '{id}'; }}//xxxxx")
    for id in acknowledged[:3] + acknowledged[-3:]:
        assert again.http.invoke(id).json() == id


def test_kill_9_in_the_middle_of_calls_leaves_nothing_behind(start_server, tmp_path):
    data = tmp_path / "data"
    server = start_server(data_dir=data)
    server.http.deploy("js", "js", "function handler(e) { while (e) {} return 1; }")
    server.http.deploy("python", "python", "def handler(e):\n    while e:\n        pass\n    return 1\n")
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        calls = [pool.submit(server.http.invoke, id, "true") for id in ("js", "python")]
        while len([p for z in processes.children(server.pid) for p in processes.children(z)]) < 2:
            pass
        server.kill()  # asserts that no worker or zygote outlives it
        for call in calls:
            assert isinstance(call.exception(), (OSError, http.client.HTTPException))
    again = start_server(data_dir=data)
    assert again.http.invoke("js", "false").body == b"1"
    assert again.http.invoke("python", "false").body == b"1"


def test_zygotes_that_are_killed_with_their_copies_are_started_again(start_server):
    server = start_server()
    sources = {"js": JS, "python": "def handler(event):\n    return event\n"}
    for language, source in sources.items():
        server.http.deploy(language, language, source)
    zygotes = waiting.until(lambda: len(found := processes.children(server.pid)) == 4 and found)
    processes.end(zygotes)
    assert processes.wait_until_dead(zygotes, 10) == []
    for language in sources:
        for _ in range(100):
            reply = server.http.invoke(language, "7")
            if reply.status == 200:
                break
            # While it is being started: never anything else.
            assert reply.reason in ("OVERLOADED", "WORKER_CRASHED"), reply.body
        assert reply.body == b"7"
    assert not set(processes.children(server.pid)) & set(zygotes)
