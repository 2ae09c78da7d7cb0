"""Whatever a call does to its worker, the next finds the worker as a new one: with each way of rewinding, and each rewind checked."""

import pytest
from hostile_guests import COMMANDS, ENDS, REPLACING, answer, manifest, path, start
from harness.server import Server

WAYS = ["userfaultfd", "pagemap-scan", "pagemap", "dontneed"]
CASES = [(language, command) for language, commands in COMMANDS.items() for command in commands]


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


@pytest.fixture(scope="module")
def first_answers(way_server):
    """(language, commands) → the answer of a new worker of that server."""
    return {}


@pytest.mark.parametrize("language, command", CASES, ids=lambda value: value)
def test_the_next_call_is_as_the_first(way_server, first_answers, language, command):
    http = way_server.http
    starts = []
    for commands in ((command,), (), (command,), ()):
        if (language, commands) not in first_answers:
            first_answers[language, commands] = answer(run(http, language, commands))
        reply = http.post(path(language), list(commands))
        assert answer(reply) == first_answers[language, commands]
        assert reply.reason == (ENDS.get(command) if commands else None)
        starts.append(start(reply))
    if command not in REPLACING:
        assert starts[1:] == ["WARM"] * 3
    assert "rewind: " not in way_server.log()


def run(http, language, commands):
    """The first and only call of a new worker."""
    fields = manifest(language)
    del fields["id"]
    reply = http.post("/v1/functions:run", {**fields, "event": list(commands)})
    assert start(reply) == "COLD"
    return reply
