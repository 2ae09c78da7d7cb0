"""One run of the bench, from the command line to the files it writes."""

import datetime
import os
import pathlib
import subprocess
import sys

from mayfly_bench.machine import commit, facts
from mayfly_bench.options import REPEATED, parse
from mayfly_bench.paths import RESULTS, ROOT

TARGETS = [
    "//mayfly:mayfly",
    "//runtime/js:mayfly-js-worker",
    "//runtime/python:mayfly-python-worker",
    "//bench:grpc_load",
    "//bench:http_load",
]


def main():
    options = parse()
    if "MAYFLY_ENTERED" not in os.environ and pathlib.Path("/etc/debian_version").exists():
        enter()
    if options.update_readme:
        from mayfly_bench.readme import update_readme

        print(f"README.md shows {update_readme().relative_to(ROOT)}", file=sys.stderr)
        return
    if not options.no_build:
        subprocess.run(["bazel", "build", "--ui_event_filters=-info", "--noshow_progress", *TARGETS], cwd=ROOT, check=True)
    # The harness of the whole-program tests starts the server.
    sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "clients/python")]
    measure(options)


def enter():
    """Goes on inside the Debian root."""
    os.environ["BENCH_COMMIT"] = commit()
    program = ROOT / "tools/enter"
    os.execv(program, [str(program), str(ROOT / "bench/run"), *sys.argv[1:]])


def measure(options):
    from mayfly_bench.cores import Cores
    from mayfly_bench.load import Driver
    from mayfly_bench.results import Results
    from mayfly_bench.steps import Steps

    cores = Cores()
    cores.settle()
    results = Results(options.effort)
    steps = Steps(options, cores, Driver(options.connections, options.effort), results).all()
    for round in range(options.effort.rounds):
        for name, step in steps:
            if round == 0 or name in REPEATED:
                results.run(name, step)
    write(results, facts(results, options, cores))


def write(results, known):
    from mayfly_bench.chart import chart
    from mayfly_bench.report import report

    RESULTS.mkdir(exist_ok=True)
    stem = f"{datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d-%H%M%S}-{commit()}"
    text = report(results, known, f"{stem}.svg")
    (RESULTS / f"{stem}.svg").write_text(chart(results, known))
    (RESULTS / f"{stem}.md").write_text(text)
    print(text)
    print(f"written to bench/results/{stem}.md and .svg", file=sys.stderr)
