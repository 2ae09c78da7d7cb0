"""One soak, from the command line to the report."""

import dataclasses
import os
import pathlib
import subprocess
import sys
import tempfile
import threading

from mayfly_bench.machine import run_facts
from mayfly_bench.paths import ROOT
from mayfly_bench.program import enter, find_harness, result_stem, write_result
from mayfly_soak.options import parse

# Fewer than there are functions, so that workers come and go.
WORKERS = 24


def main():
    options = parse()
    enter("bench/soak")
    if not options.no_build:
        subprocess.run([ROOT / "tools/build"], check=True)
    find_harness("fault", "purity")
    os.nice(options.nice)
    sys.exit(soak(options))


def soak(options):
    """The exit code."""
    from harness import processes
    from harness.server import Server
    from mayfly_soak.report import report

    processes.adopt_orphans()
    with tempfile.TemporaryDirectory() as folder:
        server = Server("--max-workers", str(WORKERS), *options.server_flag, data_dir=pathlib.Path(folder) / "data")
        try:
            seen = run(server, options)
        except BaseException:
            server.kill()
            raise
        trouble = stop(server)
    text = report(seen, facts(options, server, seen) | {"end": trouble or "SIGTERM, exit code 0, no process left"})
    if not options.no_report:
        write_result(f"{result_stem()}-soak.md", text)
    print(text)
    return 1 if seen.tally.unexpected or trouble else 0


def stop(server):
    """What is wrong with the server's end, if anything is."""
    import pytest

    try:
        server.stop()
    except (AssertionError, pytest.fail.Exception) as error:
        return f"**{error}**"


@dataclasses.dataclass(frozen=True)
class Seen:
    kinds: list
    tally: object
    samples: list  # under load, from the end of the warm-up
    at_rest: tuple  # with no call in flight: at the end of the warm-up, and of the whole


def run(server, options):
    from mayfly_soak.callers import Callers
    from mayfly_soak.kinds import all_kinds
    from mayfly_soak.tally import Tally
    from mayfly_soak.watch import Watch

    tally = Tally()
    kinds = all_kinds(server)
    callers = Callers(server, kinds, tally, options.seed)
    watch = Watch(server, tally)
    callers.start()
    watch_until(watch, options.warm_up, options.interval)
    callers.rest()
    warm = watch.sample()
    callers.go_on()
    samples = watch_until(watch, options.seconds, options.interval)
    callers.rest()
    end = watch.sample()
    callers.stop()
    return Seen(kinds, tally, samples, (warm, end))


def watch_until(watch, end, interval):
    """What was seen meanwhile, each time with a line of progress."""
    pause = threading.Event()
    samples = []
    while watch.seconds < end and watch.server.running:
        pause.wait(min(interval, max(0, end - watch.seconds)))
        samples.append(watch.sample())
        say(progress(samples[-1], watch.tally))
        for fault in watch.tally.take_untold():
            say(f"  {fault}")
    return samples


def progress(sample, tally):
    return (
        f"{sample.seconds:6.0f} s  {sample.calls:9,} calls, {tally.unexpected.total()} unexpected;"
        f" server {sample.server_rss:.1f} MiB, {sample.server_files} files; {sample.workers} workers, {sample.workers_pss:.0f} MiB"
    )


def facts(options, server, seen):
    return {
        **run_facts(),
        "isolation": server.isolation + (f" by {server.rewind_way}" if server.rewind_way else ""),
        "server flags": " ".join(["--max-workers", str(WORKERS), *options.server_flag]),
        "duration": f"{seen.at_rest[1].seconds:.0f} s, of which {options.warm_up:.0f} s are the warm-up",
        "callers": f"{sum(kind.callers for kind in seen.kinds)}, seed {options.seed}, niceness {options.nice}",
    }


def say(text):
    print(text, file=sys.stderr, flush=True)
