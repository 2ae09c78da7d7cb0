"""bench/faults: from times to the table, without measuring."""

from mayfly_faults.report import Row, report, worst_of


def test_the_worst_time_is_judged():
    met = worst_of("a kill", [1.04, 10, 3], 10)
    assert met == Row("a kill", "≤ 10 ms", "10.0 ms; median 3.0 ms of 3", True)
    assert not worst_of("a kill", [1, 10.01, 3], 10).met


def test_the_table_says_what_was_missed():
    text = report([Row("a kill", "≤ 10 ms", "11.0 ms", False), Row("a restart", "≤ 1,000 ms", "9.0 ms", True)], {"commit": "abc"})
    assert text.splitlines() == [
        "| after a fault | reach | measured | met |",
        "|---|---|---|:-:|",
        "| a kill | ≤ 10 ms | 11.0 ms | **no** |",
        "| a restart | ≤ 1,000 ms | 9.0 ms | yes |",
        "",
        "- commit: abc",
    ]
