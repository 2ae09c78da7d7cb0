"""The report as Markdown. `update_readme` takes its first table from there: see readme.py."""

from mayfly_bench.figures import figures
from mayfly_bench.guests import ENGINES
from mayfly_bench.loads import WAYS, loads


def report(results, facts, chart):
    """`chart`: the name of the SVG file beside the report."""
    sections = [figure_table(results), f"![Throughput, CPU per call and latency beside the peers]({chart})", load_table(results)]
    sections += [ways_table(results)] if ways(results) else []
    notes = [f"- {name}: {value}" for name, value in facts.items()] + [f"- {note}" for note in results.notes]
    notes += [f"- first error of {load.name} over {load.door}: {load.load.first_error}" for load in loads(results) if load.load.first_error]
    return "\n\n".join([*sections, "\n".join(notes)]) + "\n"


def figure_table(results):
    lines = ["| figure | reach | measured | met |", "|---|---|---|:-:|"]
    lines += [f"| {figure.what} | {figure.reach} | {cell(figure.measured)} | {figure.verdict} |" for figure in figures(results)]
    return "\n".join(lines)


def load_table(results):
    lines = ["| what | door | requests/s | p50 ms | p99 ms | CPU µs per call | server's cores busy | errors |", "|---|---|--:|--:|--:|--:|--:|--:|"]
    for named in loads(results):
        load = named.load
        latency = f"{load.p50_micros / 1000:.2f} | {load.p99_micros / 1000:.2f}"
        lines.append(
            f"| {named.name} | {named.door} | {load.rate:,.0f}{spread(results, named)} | {latency} | {load.cpu_micros:.0f} | {load.server_busy:.2f} | {load.errors} |"
        )
    return "\n".join(lines)


def spread(results, named):
    """The least and the most of several rounds."""
    rates = [load.rate for load in results.samples.get(named.key, [])]
    return f" ({min(rates):,.0f} to {max(rates):,.0f})" if len(rates) > 1 else ""


def ways(results):
    """(way, engine, load, rewind) of the ways that work here and tell of a rewind."""
    found = [(way, engine, results.get(f"http {engine.id} {way}"), results.get(f"rewind {engine.id} {way}")) for way in WAYS for engine in ENGINES]
    return [entry for entry in found if entry[2] and entry[3]]


def ways_table(results):
    lines = ["| way of rewinding | hello | requests/s over HTTP | CPU µs per call | rewind µs | pages |", "|---|---|--:|--:|--:|--:|"]
    for way, engine, load, rewind in ways(results):
        numbers = f"{load.rate:,.0f} | {load.cpu_micros:.0f} | {rewind.micros:.1f} | {rewind.pages:.0f}"
        lines.append(f"| {way} | {engine.title} | {numbers} |")
    return "\n".join(lines)


def cell(text):
    return text.replace("|", "\\|")
