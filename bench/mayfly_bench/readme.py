"""The README's section with the newest figures."""

from mayfly_bench.paths import RESULTS, ROOT

BEGIN = "<!-- figures: written by bench/run --update-readme -->"
END = "<!-- figures: end -->"


def update_readme():
    """Puts the newest report's table and chart into the section between the two marks. Returns the report's path."""
    reports = sorted(report for report in RESULTS.glob("*.md") if report.with_suffix(".svg").exists())
    if not reports:
        raise SystemExit("bench/results/ holds no report with a chart yet: run bench/run first")
    newest = reports[-1]
    file = ROOT / "README.md"
    before, begin, rest = file.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"README.md lacks the marks {BEGIN} and {END}")
    file.write_text(f"{before}{BEGIN}\n{section(newest)}\n{END}{after}")
    return newest


def section(newest):
    text = newest.read_text()
    table = text.split("\n\n")[0]
    path = newest.relative_to(ROOT)
    facts = dict(line[2:].split(": ", 1) for line in text.splitlines() if line.startswith("- ") and ": " in line)
    chart = f"![Throughput, CPU per call and latency beside the peers]({path.with_suffix('.svg')})"
    machine = f"One core for the server, one for the load, all in one run: {facts['machine']}, kernel {facts['kernel']}, commit {facts['commit']}."
    return f"{chart}\n\n{machine} [The whole report]({path}); `bench/run` makes it anew.\n\n{table}"
