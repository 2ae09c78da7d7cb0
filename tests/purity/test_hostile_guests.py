"""Whatever a call does to its worker, the next finds the worker as a new one: with each way of rewinding, and each rewind checked. What a new one
answers, a server that makes all anew for each call says."""

import pytest
from hostile_guests import COMMANDS, ENDS, REPLACING, answer, call, manifest, path, start
from harness.server import Server

WAYS = ["userfaultfd", "pagemap-scan", "pagemap", "dontneed"]
CASES = [(language, command) for language, commands in COMMANDS.items() for command in commands]


@pytest.fixture(scope="module")
def fresh_server(tmp_path_factory):
    running = Server("--isolation=fresh", "--max-workers", "2", data_dir=tmp_path_factory.mktemp("fresh"))
    assert running.isolation == "fresh"
    yield running
    running.stop()


@pytest.fixture(scope="module")
def first_answer(fresh_server):
    """(language, commands) → the answer of the first and only call of a new worker, under `fresh`."""
    known = {}

    def find(language, commands):
        if (language, commands) not in known:
            fields = manifest(language, event=list(commands))
            del fields["id"]
            reply = call(fresh_server.http, "/v1/functions:run", fields, commands)
            assert start(reply) == "COLD"
            known[language, commands] = answer(reply)
        return known[language, commands]

    return find


@pytest.fixture(scope="module", params=WAYS)
def way_server(request, tmp_path_factory):
    """A server that rewinds in one way and checks each rewind; skips the ways that do not work on this machine."""
    try:
        running = Server(f"--rewind={request.param}", "--verify-rewind", "--max-workers", "2", data_dir=tmp_path_factory.mktemp("purity"))
    except AssertionError as error:
        if "does not work here" not in str(error):
            raise
        pytest.skip(str(error))
    assert running.rewind_way == request.param
    for language in COMMANDS:
        reply = running.http.post("/functions", manifest(language, id=language))
        assert reply.status == 201, reply.body.decode()
    yield running
    running.stop()


@pytest.mark.parametrize("language, command", CASES, ids=lambda value: value)
def test_each_call_is_as_the_first_under_fresh(way_server, first_answer, language, command):
    starts = []
    for commands in ((command,), (), (command,), ()):
        reply = call(way_server.http, path(language), list(commands), commands)
        assert answer(reply) == first_answer(language, commands)
        assert reply.reason == (ENDS.get(command) if commands else None)
        starts.append(start(reply))
    if command not in REPLACING:
        assert starts[1:] == ["WARM"] * 3
    assert "rewind: " not in way_server.log()
