"""bench/soak: a few seconds of it, and what it says of calls that end as they should not."""

import dataclasses
import random

from harness.http import Reply
from mayfly_soak import kinds
from mayfly_soak.options import parse
from mayfly_soak.report import call_table, rest_table, spread, verdict
from mayfly_soak.session import run
from mayfly_soak.tally import Tally
from mayfly_soak.watch import Sample

SAMPLE = Sample(
    seconds=60, calls=1000, server_rss=40, server_pss=20, server_files=50, server_threads=9, zygotes_pss=12, zygotes_files=20,
    workers=4, workers_pss=10, workers_files=36, processes=7, dead=0,
)  # fmt: skip


def test_all_kinds_of_callers_get_what_they_should(start_server):
    server = start_server("--max-workers", "24")
    seen = run(server, parse(["--minutes", "0.07", "--warm-up", "1", "--interval", "1"]))
    assert seen.tally.faults == []
    assert seen.tally.outcomes.keys() == {"good", "slow", "hostile", "throwing", "dying", "endless", "leaving", "new"}
    # What all of this comes to is steady: one server, its two zygotes and their standbys, and no more workers than it may have.
    for sample in seen.at_rest:
        assert sample.processes - sample.dead == 5 + sample.workers
        assert 0 < sample.workers <= 24
        assert sample.server_pss > 0 and sample.workers_pss > 0


def test_an_answer_that_shows_another_call_is_a_wrong_one(start_server, monkeypatch):
    # It stands for a leak: what it found is not nothing.
    leaking = "function handler(e) { return { sum: e.numbers.reduce((a, b) => a + b), text: e.text, found: [1, 1, 'another'] }; }"
    monkeypatch.setattr(kinds.Good, "SOURCES", {"js": leaking})
    server = start_server()
    good = kinds.Good(server)
    with server.http.keep_alive() as connection:
        # By either door.
        outcomes = [good.call(connection, random.Random(seed)).name for seed in range(10)]
    assert outcomes == ["wrong answer"] * 10


def test_an_outcome_that_was_not_expected_is_told():
    refused = Reply(503, [], b'{"details": [{"@type": "x.ErrorInfo", "reason": "OVERLOADED"}]}')
    assert kinds.judged(refused, {None}).fault.startswith("503 ")
    assert kinds.judged(refused, {"OVERLOADED"}).fault is None
    assert kinds.exact(refused, 1).name == "OVERLOADED"
    assert kinds.exact(Reply(200, [], b"1"), 1) == kinds.ANSWERED
    assert kinds.exact(Reply(200, [], b"2"), 1).fault == "2 and not 1"
    long = "x" * 1000
    assert kinds.difference(f"{long}planted", f"{long}{long}") == f"{long[:100]}planted and not {long[:300]}"


def test_the_tally_counts_by_kind_and_flags_what_was_unexpected():
    tally = Tally()
    tally.add("good", kinds.ANSWERED)
    tally.add("good", kinds.Outcome("wrong answer", "2 and not 1"))
    tally.add("leaving", kinds.Outcome("left"))
    assert verdict(tally) == "3 calls, 1 that ended as they should not, 1 wrong answers"
    assert tally.take_untold() == tally.faults == ["good: wrong answer: 2 and not 1"]
    assert tally.take_untold() == []
    (row,) = [line for line in call_table([kinds.Good], tally).splitlines() if line.startswith("| 4 good |")]
    assert row.endswith("| 2 | **1** | answered 1, wrong answer 1 |")


def test_drift_is_the_difference_at_rest():
    later = dataclasses.replace(SAMPLE, seconds=1800, server_rss=41.5, server_files=49)
    table = rest_table(SAMPLE, later).splitlines()
    assert table[0] == "| what | after 60 s | after 1800 s | drift |"
    assert table[2] == "| server, resident MiB | 40.0 | 41.5 | +1.5 |"
    assert table[4] == "| server, open files | 50 | 49 | -1 |"


def test_few_samples_are_shown_of_many():
    assert spread([1, 2, 3]) == [1, 2, 3]
    shown = spread(list(range(100)))
    assert (len(shown), shown[0], shown[-1]) == (16, 0, 99)
