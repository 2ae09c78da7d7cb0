"""Whatever a guest does costs its call alone: the next one works, others do not feel it, and nothing is left of it.

That each of these ends in its answer under every way of rewinding is in tests/conformance (errors, limits, forbidden).
"""

import contextlib

import pytest
from guests import GUESTS, STATUS
from harness.bystander import Bystander
from harness.footprint import Footprint
from harness.server import Server

# Often enough that what is left behind each time passes the slack.
TIMES = {"MEMORY_LIMIT": 2, "WORKER_CRASHED": 2}
# Under `fresh` a worker loads its function again after each call, which is all that differs: one guest of each kind.
KINDS = {(guest.reason, guest.language): guest for guest in reversed(GUESTS)}
CASES = [("rewind", guest) for guest in GUESTS] + [("fresh", guest) for guest in GUESTS if guest in KINDS.values()]


@pytest.fixture(scope="module")
def servers(tmp_path_factory):
    """One for each strategy, in which both zygotes are up and each bystander has a worker."""
    started = {}
    for isolation in ("rewind", "fresh"):
        server = Server(f"--isolation={isolation}", "--max-workers-per-function", "1", data_dir=tmp_path_factory.mktemp(isolation))
        started[isolation] = (server, {language: Bystander(server, language) for language in ("js", "python")})
    yield started
    for server, _ in started.values():
        server.stop()


@contextlib.contextmanager
def deployed(http, guest):
    assert http.post("/functions", guest.manifest).status == 201
    assert http.invoke(guest.id, "false").body == b'"fine"'
    try:
        yield
    finally:
        assert http.delete(f"/functions/{guest.id}").status == 200


@pytest.mark.parametrize("isolation, guest", CASES, ids=[f"{isolation}-{guest.id}" for isolation, guest in CASES])
def test_costs_its_call_alone(servers, isolation, guest):
    server, bystanders = servers[isolation]
    with deployed(server.http, guest), bystanders[guest.language] as bystander:
        footprint = Footprint(server, **{"js": 1, "python": 1, guest.language: 2})
        for _ in range(TIMES.get(guest.reason, 1)):
            check_fault(harm(server.http, guest), guest)
            bystander.assert_answers()
            assert server.http.invoke(guest.id, "false").body == b'"fine"'
        footprint.assert_back()


def harm(http, guest):
    """The answer of a call that has begun: one may have waited for its worker until its time was over."""
    while (reply := http.invoke(guest.id, "true", headers=guest.headers)).reason == "QUEUE_TIMEOUT":
        pass
    return reply


def check_fault(reply, guest):
    assert (reply.status, reply.reason) == (STATUS[guest.reason], guest.reason), reply.body
    if guest.type:
        assert reply.detail("FunctionError")["type"] == guest.type
    assert reply.header("Mayfly-Invocation-Id") == reply.detail("Receipt")["invocationId"]
