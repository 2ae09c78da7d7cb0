"""From results to the table of figures, the chart and the README, without measuring."""

import xml.etree.ElementTree

import pytest
from mayfly_bench import readme
from mayfly_bench.calls import Cold, Fib, Memory, Rewind
from mayfly_bench.chart import chart
from mayfly_bench.figures import figures
from mayfly_bench.load import Load, PacedLoad
from mayfly_bench.loads import LOADS
from mayfly_bench.options import DEFAULT
from mayfly_bench.report import report
from mayfly_bench.results import Results

FACTS = {"machine": "a <machine> & more", "kernel": "6.18", "commit": "abc", "date": "2026-11-24"}


def load(calls=10_000, cpu_micros=40, p99_micros=900, server_busy=1.0, errors=0, load_busy=0):
    return Load(
        calls=calls, errors=errors, seconds=1, p50_micros=200, p90_micros=400, p99_micros=p99_micros, p999_micros=2_000,
        cpu_micros=cpu_micros, server_busy=server_busy, load_busy=load_busy,
    )


@pytest.fixture
def results():
    """All reaches met, by a hair."""
    results = Results(DEFAULT)
    results.measured = {key: load() for key, _, _ in LOADS}
    results.measured |= {"http workerd": load(5_000), "http fastapi": load(3_333), "http python fresh": load(200)}
    results.measured |= {"grpc js": load(4_500), "grpc python": load(4_500)}
    results.measured |= {"http js two cores": load(18_000), "http python two cores": load(18_000), "http many": load(9_000)}
    results.measured["overload busy"] = load(9_000, errors=91_000)
    for engine in ("js", "python"):
        results.measured[f"rewind {engine}"] = Rewind(micros=15, pages=20)
        results.measured[f"memory {engine}"] = Memory(pss_bytes=5e6, workers=10)
    results.measured["cold js"] = Cold(creates=60, receipt_millis=7, wall_millis=8, forked=60)
    results.measured["cold python"] = Cold(creates=60, receipt_millis=14, wall_millis=15, forked=60)
    results.measured["fib"] = Fib(run_micros=1_100, handler_micros=1_000, node_micros=1_000, warmed=True)
    return results


def missed(results):
    return [figure.what for figure in figures(results) if figure.met is False]


def test_meets_each_reach_at_its_bound(results):
    assert missed(results) == []
    assert sum(figure.met is True for figure in figures(results)) == 18


@pytest.mark.parametrize(
    "key, value, what",
    [
        ("rewind js", Rewind(15.1, 20), "rewind of a JavaScript hello"),
        ("http workerd", load(5_001), "beside workerd"),
        ("http fastapi", load(3_334), "beside FastAPI"),
        ("http python fresh", load(201), "beside our `fresh`"),
        ("grpc js", load(4_499), "JavaScript hello over gRPC"),
        ("fib", Fib(1_101, 1_000, 1_000, True), "`fib(27)`"),
        ("cold js", Cold(60, 7, 8.1, 60), "first call after a create, JavaScript"),
        ("memory python", Memory(5.1e6, 10), "idle warm Python worker"),
        ("half js", load(p99_micros=1_001), "p99 of a JavaScript hello"),
        ("half python", load(errors=1), "p99 of a Python hello"),
        ("http python two cores", load(17_999), "two cores against one, Python"),
        ("http many", load(8_999), "10,000 stored functions"),
        ("overload busy", load(8_999), "ten times the peak"),
    ],
)
def test_misses_a_reach_beyond_its_bound(results, key, value, what):
    results.measured[key] = value
    (only,) = missed(results)
    assert what in only


def test_judges_grpc_by_cpu_where_the_load_generator_limits_the_do_nothing_rpc(results):
    results.measured["grpc health"] = load(10_000, cpu_micros=17, server_busy=0.5)
    assert [what.split()[0] for what in missed(results)] == ["JavaScript", "Python"]
    results.measured["grpc health"] = load(10_000, cpu_micros=18, server_busy=0.5)
    assert missed(results) == []


def two_cores_of(results):
    return next(figure for figure in figures(results) if figure.what.startswith("two cores against one, JavaScript"))


def test_judges_two_cores_by_cpu_where_the_load_shares_them_and_both_are_busy(results):
    results.load_shares_cores = True
    results.measured["http js"] = load(10_000, cpu_micros=90)
    results.measured["http js two cores"] = load(12_500, cpu_micros=100, server_busy=1.3, load_busy=0.5)
    assert two_cores_of(results).met
    # 2 s of two cores over 90 µs of the server and 40 µs of the load a call are 15,385 calls a second.
    assert "12,500/s = 1.25 ×, 1.80 × by CPU per call (100 µs against 90); beside this load an ideal server reaches 1.54 ×" in two_cores_of(results).measured
    results.measured["http js two cores"] = load(12_500, cpu_micros=101, server_busy=1.3, load_busy=0.5)
    assert two_cores_of(results).met is False
    results.measured["http js two cores"] = load(12_500, cpu_micros=100, server_busy=1.29, load_busy=0.5)
    assert two_cores_of(results).met is False


def test_says_why_a_figure_was_not_measured(results):
    del results.measured["rewind js"]
    results.missing["rewind js"] = "no receipt | tells"
    figure = figures(results)[0]
    assert (figure.measured, figure.met) == ("not measured: no receipt | tells", None)
    assert "| not measured: no receipt \\| tells | – |" in report(results, FACTS, "chart.svg")


def test_the_median_round_counts_and_the_table_tells_the_spread():
    results = Results(DEFAULT)
    for calls in (7_000, 9_000, 8_000):
        results.measure("http js", lambda calls=calls: load(calls))
    assert results.get("http js").calls == 8_000
    assert "| Mayfly, JavaScript hello | HTTP | 8,000 (7,000 to 9,000) | 0.20 |" in report(results, FACTS, "chart.svg")
    for micros in (4, 2, 3):
        results.measure("fib", lambda micros=micros: Fib(1_000 * micros, 1_000, node_micros=1_000, warmed=True))
        results.measure("rewind js", lambda micros=micros: Rewind(micros, pages=20))
    assert results.get("fib").run_micros == 3_000 and results.get("rewind js").micros == 3


def test_of_paced_loads_the_median_latency_counts():
    results = Results(DEFAULT)
    for micros in (900, 50_000, 1_000):
        results.measure("half js", lambda micros=micros: PacedLoad(**vars(load(p99_micros=micros))))
    assert results.get("half js").p99_micros == 1_000


def test_a_round_that_fails_leaves_the_others_their_median():
    results = Results(DEFAULT)
    results.measure("rewind js", lambda: 1 / 0)
    results.measure("rewind js", lambda: Rewind(5, pages=20))
    assert results.get("rewind js").micros == 5 and results.missing == {"rewind js": "division by zero"}


def test_a_way_of_rewinding_stands_in_a_table_of_its_own(results):
    assert "way of rewinding" not in report(results, FACTS, "chart.svg")
    results.measured |= {"http js dontneed": load(8_000), "rewind js dontneed": Rewind(micros=80.25, pages=30)}
    assert "| dontneed | JavaScript | 8,000 | 40 | 80.2 | 30 |\n" in report(results, FACTS, "chart.svg")


def test_the_chart_is_well_formed_and_names_each_peer(results):
    root = xml.etree.ElementTree.fromstring(chart(results, FACTS))
    texts = [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"workerd, shared", "Node vm, new context", "FastAPI, shared", "Mayfly fresh", "10,000"} <= set(texts)


def test_the_chart_is_drawn_without_any_result():
    xml.etree.ElementTree.fromstring(chart(Results(DEFAULT), FACTS))


def test_the_readme_gets_the_newest_report_between_its_marks(results, tmp_path, monkeypatch):
    monkeypatch.setattr(readme, "ROOT", tmp_path)
    monkeypatch.setattr(readme, "RESULTS", tmp_path)
    for stem in ("2026-11-24-1", "2026-11-24-2"):
        (tmp_path / f"{stem}.md").write_text(report(results, {**FACTS, "commit": stem}, f"{stem}.svg"))
        (tmp_path / f"{stem}.svg").write_text(chart(results, FACTS))
    (tmp_path / "2026-11-24-3.md").write_text("a report without a chart")
    (tmp_path / "README.md").write_text(f"before\n{readme.BEGIN}\nold\n{readme.END}\nafter\n")
    readme.update_readme()
    text = (tmp_path / "README.md").read_text()
    assert text.startswith(f"before\n{readme.BEGIN}\n![") and text.endswith(f"|\n{readme.END}\nafter\n")
    assert "](2026-11-24-2.svg)" in text and "commit 2026-11-24-2" in text and "old" not in text
    assert "| figure | reach | measured | met |" in text
