"""Every guest of cases/ does what it says there, through the HTTP door, however calls are kept apart."""

import json

import pytest
from cases import all_cases
from harness.server import Server

# The isolation strategies there are, and the ways of rewinding: each must give the same answers.
STRATEGIES = ["fresh", "userfaultfd", "pagemap-scan", "pagemap", "dontneed"]
# The way whose rewinds are each checked: it is the one that is taken where all work.
VERIFIED = "userfaultfd"

RANDOM_CALLS = 1000

# Reason → (status of a call, gRPC code, its name).
ANSWERS = {
    "FUNCTION_THREW": (500, 2, "UNKNOWN"),
    "FUNCTION_TIMEOUT": (504, 4, "DEADLINE_EXCEEDED"),
    "MEMORY_LIMIT": (429, 8, "RESOURCE_EXHAUSTED"),
    "WORKER_CRASHED": (500, 13, "INTERNAL"),
    "RESULT_NOT_SERIALIZABLE": (500, 2, "UNKNOWN"),
    "RESULT_TOO_LARGE": (429, 8, "RESOURCE_EXHAUSTED"),
    "EVENT_INVALID": (400, 3, "INVALID_ARGUMENT"),
    "SOURCE_INVALID": (400, 3, "INVALID_ARGUMENT"),
    "HANDLER_NOT_FOUND": (400, 3, "INVALID_ARGUMENT"),
}


@pytest.fixture(scope="module", params=STRATEGIES)
def strategy_server(request, tmp_path_factory):
    """A server for all guests that keeps calls apart in one way alone; skips those that do not work on this machine."""
    flags = ["--isolation=fresh"] if request.param == "fresh" else [f"--rewind={request.param}"]
    if request.param == VERIFIED:
        flags.append("--verify-rewind")
    try:
        running = Server(*flags, data_dir=tmp_path_factory.mktemp(request.param))
    except AssertionError as error:
        if "does not work here" not in str(error):
            raise
        pytest.skip(str(error))
    yield running
    running.stop()
    assert "rewind: " not in running.log()


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.id)
def test_guest(case, strategy_server):
    http = strategy_server.http
    deployed = http.post("/functions", case.manifest())
    if case.needs_rewind and strategy_server.isolation == "fresh":
        assert (deployed.status, deployed.reason) == (400, "MANIFEST_INVALID")
        assert "pythonInterpreter" in deployed.body.decode()
        return
    if case.load_error:
        check_error(deployed, case.load_error, case)
        return
    assert deployed.status == 201, deployed.body.decode()
    for call in case.calls:
        reply = http.post(path_of(case, call), call.event)
        assert reply.header("Mayfly-Isolation") == strategy_server.isolation
        if call.error:
            check_error(reply, call.error, case)
        else:
            check_result(reply, call)
        if call.logs is not None:
            assert logs_of(reply) == [line.replace("{file}", case.file) for line in call.logs]


def path_of(case, call):
    """The short path answers with the bare result; the long one brings the logs too."""
    if call.logs is None:
        return f"/invoke/{case.id}"
    return f"/v1/namespaces/default/functions/{case.id}:invoke"


def check_result(reply, call):
    body = reply.body.decode()
    assert reply.status == 200, body
    if call.logs is not None:
        # The result stands verbatim in the body.
        start, end = '{"result":', ',"receipt":'
        assert body.startswith(start)
        body = body[len(start) : body.rindex(end)]
    assert body == call.result


def check_error(reply, expected, case):
    status, code, name = ANSWERS[expected["reason"]]
    body = reply.json()
    assert reply.reason == expected["reason"], body
    assert (reply.status, body["code"], body["status"]) == (status, code, name)
    assert body["error"] == body["message"] != ""
    error = reply.detail("FunctionError") or {}
    if "type" in expected:
        assert error["type"] == expected["type"]
    if "message" in expected:
        assert error["message"] == expected["message"]
    if "message_has" in expected:
        assert expected["message_has"] in body["message"]
    if "place" in expected:
        assert place_of(error, expected["place"], case) == place(expected["place"], case)
    if "frames" in expected:
        frames = [f"{frame['function'] or '-'} {frame['file']}:{frame['line']}" for frame in error["frames"]]
        assert frames == [frame.replace(" main:", f" {case.file}:") for frame in expected["frames"]]
    for part in expected.get("stack_has", []):
        assert part in error["stack"]


def place(text, case):
    parts = str(text).split(":")
    return tuple(parts if not parts[0].isdigit() else [case.file, *parts])


def place_of(error, expected, case):
    """The innermost frame, with as many parts as the expectation has."""
    assert error["frames"], f"no place in {error}"
    frame = error["frames"][0]
    return (frame["file"], str(frame["line"]), str(frame["column"]))[: len(place(expected, case))]


def logs_of(reply):
    receipt = reply.json()["receipt"] if reply.status == 200 else reply.detail("Receipt")
    return [f"{entry['level'].lower()} {entry['text']}" for entry in receipt["logs"]]


# Sources of random numbers, unseeded or seeded by the kernel at the top level.
RANDOM = """
import random, secrets, uuid
import numpy as np
from numpy.random import RandomState, SeedSequence, default_rng
rng, state, spawned, sequence, reseeded = default_rng(), RandomState(), default_rng().spawn(1)[0], SeedSequence(), RandomState(1)
reseeded.seed()
np.random.standard_normal()
def handler(event):
    return [random.random(), np.random.rand(), np.random.standard_normal(), rng.random(), state.rand(), spawned.random(), reseeded.rand(),
            default_rng(sequence.spawn(1)[0]).random(), default_rng().random(), RandomState().rand(), rng.integers(2**62).item()]
"""


def test_numpys_random_numbers_never_come_twice(strategy_server):
    http = strategy_server.http
    manifest = {"id": "numpy-random", "languageId": "python", "source": RANDOM, "pythonInterpreter": "main"}
    if strategy_server.isolation == "fresh":
        assert http.post("/functions", manifest).reason == "MANIFEST_INVALID"
        return
    assert http.post("/functions", manifest).status == 201
    calls = [http.post("/invoke/numpy-random", "null").json() for _ in range(RANDOM_CALLS)]
    for values in zip(*calls, strict=True):
        assert len(set(map(str, values))) == RANDOM_CALLS


def test_a_way_of_rewinding_works_here(server):
    assert server.isolation == "rewind", server.log()


def test_the_suite_holds_guests_of_every_form():
    forms = [case.form for case in all_cases()]
    assert {form: forms.count(form) > 20 for form in ("js", "esm", "python")} == {"js": True, "esm": True, "python": True}
    json.dumps([case.manifest() for case in all_cases()])
