"""Property: in any sequence of calls, call k of a used worker answers as call 1 of a new one."""

import os
import random

import pytest
from hostile_guests import COMMANDS, ENDS, REPLACING, answer, manifest, path, start

CALLS = 1000
# Sequences are drawn from these and are not harmed by the time they take.
FITTING = {
    language: [name for name in names if name not in ENDS and name not in REPLACING and not name.startswith(("big", "deep", "garbage", "freed"))]
    for language, names in COMMANDS.items()
}


@pytest.mark.parametrize("language", COMMANDS)
def test_a_used_worker_answers_as_a_new_one(start_server, language):
    seed = int(os.environ.get("MAYFLY_TEST_SEED", random.randrange(1 << 32)))
    print(f"MAYFLY_TEST_SEED={seed}")  # shown when the test fails
    draw = random.Random(seed)
    # Pairs of commands that are met again and again, in every order.
    events = [()] + [tuple(draw.sample(FITTING[language], draw.randint(1, 2))) for _ in range(60)]
    http = start_server("--max-workers", "2").http
    fields = manifest(language)
    del fields["id"]
    first = {event: answer(http.post("/v1/functions:run", {**fields, "event": list(event)})) for event in events}
    assert http.post("/functions", manifest(language)).status == 201
    warm = 0
    with http.keep_alive() as connection:
        for number in range(CALLS):
            event = draw.choice(events)
            reply = connection.post(path("hostile"), list(event))
            assert answer(reply) == first[event], f"seed {seed}, call {number}: {event}"
            warm += start(reply) == "WARM"
    assert warm > CALLS / 2
