"""One run, from the command line to the report."""

import argparse
import datetime
import os
import pathlib
import platform
import subprocess
import sys
import tempfile

from mayfly_bench.machine import build_mode, commit, cpu_model, named
from mayfly_bench.paths import BINARIES, RESULTS, ROOT

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
    if "MAYFLY_ENTERED" not in os.environ and pathlib.Path("/etc/debian_version").exists():
        enter()
    if not options.no_build:
        subprocess.run([ROOT / "tools/build"], check=True)
        subprocess.run(["bazel", "build", "--ui_event_filters=-info", "--noshow_progress", "//bench:http_load"], cwd=ROOT, check=True)
    # The harness of the whole-program tests starts the server.
    sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "clients/python")]
    text = measure(options)
    print(text)
    if not options.no_report:
        path = RESULTS / f"{datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d-%H%M%S}-{commit()}-faults.md"
        path.write_text(text)
        print(f"written to {path.relative_to(ROOT)}", file=sys.stderr)


def enter():
    """Goes on inside the Debian root."""
    os.environ["BENCH_COMMIT"] = commit()
    program = ROOT / "tools/enter"
    os.execv(program, [str(program), str(ROOT / "bench/faults"), *sys.argv[1:]])


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
        "date": f"{datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d %H:%M} UTC",
        "commit": commit(),
        "build": build_mode(),
        "machine": f"{cpu_model()}, {os.cpu_count()} cores",
        "cores": f"server {named(cores.server)}, clients {named(cores.load)}",
        "kernel": platform.release(),
        "isolation": isolation,
        "times": "by the client's clock, its own share included; the worst of all is what is judged",
    }
