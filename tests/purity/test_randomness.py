"""No random number comes twice, whatever the checkpoint holds; a seed that a function sets itself is kept; time moves on."""

import pytest

CALLS = 10_000
DRAWS = 1  # a call, from each source

JS = """
Math.random(); crypto.randomUUID();
function handler(draws) {
  const seen = { random: [], values: [], uuid: [] };
  for (let n = 0; n < draws; n++) {
    seen.random.push(Math.random());
    seen.values.push(crypto.getRandomValues(new BigUint64Array(1))[0].toString());
    seen.uuid.push(crypto.randomUUID());
  }
  return seen;
}
"""
PYTHON = """
import os, random, secrets, sqlite3, ssl, tempfile, uuid
own, system = random.Random(), random.SystemRandom()
random.random(); own.random(); uuid.uuid4(); secrets.token_hex(); next(tempfile._get_candidate_names())
random.gauss(); own.gauss()  # the other of a pair is kept
base = sqlite3.connect(":memory:")
base.execute("select randomblob(8)").fetchone(), ssl.RAND_bytes(8)

def handler(draws):
    names = tempfile._get_candidate_names()
    return {
        "random": [random.random() for _ in range(draws)],
        "instance": [own.random() for _ in range(draws)],
        "system": [system.random() for _ in range(draws)],
        "gauss": [random.gauss() for _ in range(draws)],
        "own gauss": [own.gauss() for _ in range(draws)],
        "sqlite": [base.execute("select hex(randomblob(8))").fetchone()[0] for _ in range(draws)],
        "urandom": [os.urandom(8).hex() for _ in range(draws)],
        "uuid": [str(uuid.uuid4()) for _ in range(draws)],
        "secrets": [secrets.token_hex(8) for _ in range(draws)],
        "names": [next(names) for _ in range(draws)],
        "ssl": [ssl.RAND_bytes(8).hex() for _ in range(draws)],
    }
"""


@pytest.mark.parametrize("language, source", [("js", JS), ("python", PYTHON)], ids=["js", "python"])
def test_ten_thousand_values_from_each_source_differ(http, function_id, language, source):
    http.deploy(function_id, language, source)
    drawn = {}
    with http.keep_alive() as connection:
        for _ in range(CALLS):
            reply = connection.invoke(function_id, DRAWS)
            assert reply.status == 200, reply.body.decode()
            for kind, values in reply.json().items():
                drawn.setdefault(kind, []).extend(values)
    assert {kind: len(values) for kind, values in drawn.items()} == {kind: CALLS * DRAWS for kind in drawn}
    repeated = {kind: CALLS * DRAWS - len(set(values)) for kind, values in drawn.items()}
    # A file name has 37^8 values: two of 10,000 may meet, once in 70,000 runs of this test.
    assert repeated == {kind: 0 for kind in drawn}


def test_a_seed_of_the_top_level_is_kept(http, function_id):
    source = "import random\nrandom.seed(42)\nown = random.Random(7)\ndef handler(event):\n    return [random.random(), own.random()]\n"
    http.deploy(function_id, "python", source)
    answers = {http.invoke(function_id).body for _ in range(5)}
    assert len(answers) == 1


# Asked at the top level too, so that what was kept of the answer would be in the checkpoint.
CLOCKS = {
    "js": "const now = () => [Date.now(), performance.now(), new Date().getTime()]; now(); function handler() { return now(); }",
    "python": "import time, datetime\ndef now():\n    return [time.time(), time.monotonic(), time.perf_counter(), datetime.datetime.now().timestamp()]\nnow()\ndef handler(event):\n    return now()\n",
}


@pytest.mark.parametrize("language", CLOCKS)
def test_time_moves_on(http, function_id, language):
    http.deploy(function_id, language, CLOCKS[language])
    seen = [http.invoke(function_id).json() for _ in range(200)]
    for clock in zip(*seen):
        assert list(clock) == sorted(clock)
        assert clock[-1] > clock[0]
