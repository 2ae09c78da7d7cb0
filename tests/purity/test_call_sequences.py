"""Property: in any sequence of calls, call k of a used worker answers as call 1 of a new one."""

import os
import random

import pytest
from hostile_guests import COMMANDS, ENDS, REPLACING, answer, manifest, path, start

SEQUENCES = 2000
# After so many, one call looks at all there is to see; the others at what is quickly seen.
DEEP = 50
# Sequences are drawn from what takes no more than some milliseconds.
SLOW = ("big", "deep", "garbage", "freed", "regular", "hotCode", "weakReferences", "internedStrings")
FITTING = {
    language: [name for name in names if name not in ENDS and name not in REPLACING and not name.startswith(SLOW)]
    for language, names in COMMANDS.items()
}


@pytest.mark.parametrize("language", COMMANDS)
def test_a_used_worker_answers_as_a_new_one(start_server, language):
    seed = int(os.environ.get("MAYFLY_TEST_SEED", random.randrange(1 << 32)))
    print(f"MAYFLY_TEST_SEED={seed}")  # shown when the test fails
    draw = random.Random(seed)
    # What is done in one call; each is met again and again, after every other.
    events = [()] + [("glances", *draw.sample(FITTING[language], draw.randint(0, 2))) for _ in range(80)]
    http = start_server("--max-workers", "2").http
    fields = manifest(language)
    del fields["id"]
    first = {event: answer(http.post("/v1/functions:run", {**fields, "event": list(event)})) for event in events}
    assert http.post("/functions", manifest(language)).status == 201
    starts = []
    with http.keep_alive() as connection:
        for number in range(SEQUENCES):
            sequence = [draw.choice(events[1:]) for _ in range(draw.randint(2, 5))] + [()] * (number % DEEP == 0)
            for event in sequence:
                reply = connection.post(path("hostile"), list(event))
                assert answer(reply) == first[event], f"seed {seed}, sequence {number}: {event} of {sequence}"
                starts.append(start(reply))
    assert starts.count("WARM") > len(starts) * 0.9
