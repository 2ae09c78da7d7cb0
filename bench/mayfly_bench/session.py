"""One run of the bench, from the command line to the files it writes."""

import sys

from mayfly_bench.machine import facts
from mayfly_bench.options import REPEATED, parse
from mayfly_bench.paths import ROOT
from mayfly_bench.program import bazel_build, enter, find_harness, result_stem, write_result

TARGETS = [
    "//mayfly:mayfly",
    "//runtime/js:mayfly-js-worker",
    "//runtime/python:mayfly-python-worker",
    "//bench:grpc_load",
    "//bench:http_load",
]


def main():
    options = parse()
    enter("bench/run")
    if options.update_readme:
        from mayfly_bench.readme import update_readme

        print(f"README.md shows {update_readme().relative_to(ROOT)}", file=sys.stderr)
        return
    if not options.no_build:
        bazel_build(*TARGETS)
    find_harness()
    measure(options)


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

    stem = result_stem()
    text = report(results, known, f"{stem}.svg")
    write_result(f"{stem}.svg", chart(results, known))
    write_result(f"{stem}.md", text)
    print(text)
