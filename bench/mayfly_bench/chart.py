"""The headline chart: throughput, CPU per call and latency, each language beside its peers."""

from mayfly_bench import bar_panel, line_panel
from mayfly_bench.bar_panel import Bar
from mayfly_bench.line_panel import Line
from mayfly_bench.svg import document, text

WIDTH = 1040
MARGIN = 28
GAP = 44
TOP = 84
SPACE = 26
TICKS = ("p50", "p90", "p99", "p99.9")
# Of each language: (key of the results, label, colour).
COLUMNS = {
    "JavaScript": [
        ("js", "Mayfly, pristine", "ours"),
        ("workerd", "workerd, shared", "peer"),
        ("node-vm", "Node vm, new context", "other"),
        ("js fresh", "Mayfly fresh", "fresh"),
    ],
    "Python": [
        ("python", "Mayfly, pristine", "ours"),
        ("fastapi", "FastAPI, shared", "peer"),
        ("python fresh", "Mayfly fresh", "fresh"),
    ],
}


def chart(results, facts):
    """The whole SVG file."""
    column = (WIDTH - 2 * MARGIN - GAP) // 2
    parts = [
        text(MARGIN, 38, "A hello over HTTP, state pristine at each call", "title"),
        text(MARGIN, 60, f"One core for the server. {facts['machine']}, kernel {facts['kernel']}, commit {facts['commit']}, {facts['date']}", "quiet"),
    ]
    ends = []
    for i, (language, entries) in enumerate(COLUMNS.items()):
        drawn, end = one_column(results, MARGIN + i * (column + GAP), column, language, entries)
        parts += drawn
        ends.append(end)
    return document(WIDTH, max(ends), "Requests per second, CPU per call and latency of Mayfly beside its peers", parts)


def one_column(results, x, width, language, entries):
    """(its parts, where it ends)."""
    rates = [Bar(label, load.rate, colour) for load, label, colour in found(results, "http", entries)]
    costs = [Bar(label, load.cpu_micros, colour) for load, label, colour in found(results, "http", entries)]
    lines = [Line(label, percentiles(load), colour) for load, label, colour in found(results, "half", entries)]
    # All columns have the same rows, so that the panels stand side by side.
    rows = bar_panel.HEADING + bar_panel.ROW * max(map(len, COLUMNS.values()))
    second = TOP + rows + SPACE
    third = second + rows + SPACE
    parts = bar_panel.bar_panel(x, TOP, width, f"{language}: requests per second", "more is better", rates)
    parts += bar_panel.bar_panel(x, second, width, f"{language}: CPU per call, µs", "less is better", costs)
    parts += line_panel.line_panel(x, third, width, f"{language}: latency", "each at half of its own peak load", TICKS, lines)
    return parts, third + line_panel.height() + MARGIN // 2


def found(results, prefix, entries):
    """(load, label, colour) of those that were measured."""
    loads = [(results.get(f"{prefix} {key}"), label, colour) for key, label, colour in entries]
    return [entry for entry in loads if entry[0] and entry[0].calls]


def percentiles(load):
    return tuple(micros / 1000 for micros in (load.p50_micros, load.p90_micros, load.p99_micros, load.p999_micros))
