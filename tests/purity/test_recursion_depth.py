"""Each call may recurse as deep as the first: also where a new interpreter is made for it, in a worker that may read nothing of its own stack."""

import pytest

# Lists are compared in C, as deep as the machine's stack allows.
SOURCE = """
def nested(depth):
    made = []
    for _ in range(depth):
        made = [made]
    return made

def survives(depth):
    one, other = nested(depth), nested(depth)
    try:
        return one == other
    except RecursionError:
        return False
    finally:
        while one:
            one, other = one[0], other[0]

def handler(event):
    return [survives(depth) for depth in range(5_000, 70_000, 5_000)]
"""


@pytest.mark.parametrize("isolation", ["rewind", "fresh"])
def test_is_the_same_in_every_call(start_server, isolation):
    http = start_server("--isolation", isolation, "--max-workers-per-function", "1").http
    http.deploy("deep", "python", SOURCE, timeoutMillis=60_000)
    first = http.invoke("deep").json()
    assert first[0] is True and first[-1] is False
    assert [http.invoke("deep").json() for _ in range(3)] == [first] * 3
