"""The report as Markdown."""

import dataclasses
import statistics


@dataclasses.dataclass(frozen=True)
class Row:
    what: str
    reach: str
    measured: str
    met: bool


def worst_of(what, millis, reach_millis):
    """A row of times, judged by the worst of them."""
    text = f"{max(millis):.1f} ms; median {statistics.median(millis):.1f} ms of {len(millis)}"
    return Row(what, f"≤ {reach_millis:,} ms", text, max(millis) <= reach_millis)


def report(rows, facts):
    lines = ["| after a fault | reach | measured | met |", "|---|---|---|:-:|"]
    lines += [f"| {row.what} | {row.reach} | {row.measured} | {'yes' if row.met else '**no**'} |" for row in rows]
    return "\n".join(lines) + "\n\n" + "\n".join(f"- {name}: {value}" for name, value in facts.items()) + "\n"
