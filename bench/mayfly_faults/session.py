"""One run, from the command line to the report."""

import argparse
import pathlib
import subprocess
import tempfile

from mayfly_bench.machine import named, run_facts
from mayfly_bench.paths import BINARIES, ROOT
from mayfly_bench.program import bazel_build, enter, find_harness, result_stem, write_result

DESCRIPTION = """\
Measures how soon all is well again after a fault: deadlines, kills, clients that go away, zygotes and servers that die, crowds of idle clients.

One core for the server, one for the rest. The table is printed, and written to bench/results/ unless --no-report is given. Nothing is asserted: what a
reach was missed by stands in the table.
"""


def parse():
    parser = argparse.ArgumentParser(description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=50, help="how often each fault is made (50); those of zygotes and servers a fifth as often")
    parser.add_argument("--crowd", type=int, default=3000, help="idle and slow clients (3000)")
    parser.add_argument("--no-build", action="store_true", help="measure what is built")
    parser.add_argument("--no-report", action="store_true", help="write no file")
    return parser.parse_args()


def main():
    options = parse()
    enter("bench/faults")
    if not options.no_build:
        subprocess.run([ROOT / "tools/build"], check=True)
        bazel_build("//bench:http_load")
    find_harness()
    text = measure(options)
    print(text)
    if not options.no_report:
        write_result(f"{result_stem()}-faults.md", text)


def measure(options):
    from harness import processes
    from mayfly_bench.cores import Cores
    from mayfly_faults.report import report
    from mayfly_faults.steps import Steps

    processes.adopt_orphans()
    cores = Cores()
    cores.settle()
    with tempfile.TemporaryDirectory() as folder:
        steps = Steps(cores, pathlib.Path(folder), options.times, options.crowd, BINARIES / "http_load")
        rows = steps.all()
    return report(rows, facts(cores, steps.isolation))


def facts(cores, isolation):
    return {
        **run_facts(),
        "cores": f"server {named(cores.server)}, clients {named(cores.load)}",
        "isolation": isolation,
        "times": "by the client's clock, its own share included; the worst of all is what is judged",
    }
