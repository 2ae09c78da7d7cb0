"""The command line."""

import argparse
import dataclasses

DESCRIPTION = """\
Measures Mayfly beside its peers: one core for the server, one for the load, all in one run.

Peers: workerd (a context shared by all requests), FastAPI on uvicorn (an interpreter shared by all requests), Node's vm (a new context for
each request), and Mayfly's own fresh isolation. They are installed with npm and pip into a cache outside the repository.
The table and the chart are printed and written to bench/results/. Nothing is asserted: what a reach was missed by stands in the table.
"""

STEPS = ("hello", "fresh", "peers", "calls", "fib", "memory", "two-cores", "many", "ways", "overload")
# These are measured in turns, round by round: a machine that others use too is fast at one time and slow at another.
REPEATED = ("hello", "peers", "calls", "fib", "two-cores")


@dataclasses.dataclass(frozen=True)
class Effort:
    """How much is measured. Counts are of calls, or of functions."""

    rounds: int  # of the steps that stand beside each other in a figure
    duration: float  # seconds, of each load
    warm_up: float  # seconds before it
    sequential_calls: int
    cold_creates: int
    idle_workers: int
    stored_functions: int
    warm_functions: int


DEFAULT = Effort(3, 3, 1.5, 500, 60, 12, 10_000, 200)
QUICK = Effort(1, 1, 0.5, 100, 20, 10, 300, 50)


def parse():
    parser = argparse.ArgumentParser(description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="about a minute: short loads, few functions; the figures are rough")
    parser.add_argument("--connections", type=int, default=16, help="connections, and calls in flight (16)")
    parser.add_argument("--rounds", type=int, help=f"of {', '.join(REPEATED)}; the median counts ({DEFAULT.rounds}; with --quick {QUICK.rounds})")
    parser.add_argument("--duration", type=float, help=f"seconds of each load ({DEFAULT.duration}; with --quick {QUICK.duration})")
    parser.add_argument("--warm-up", type=float, help=f"seconds before each ({DEFAULT.warm_up}; with --quick {QUICK.warm_up})")
    parser.add_argument("--stored", type=int, help=f"functions stored for the row of many ({DEFAULT.stored_functions}; {QUICK.stored_functions})")
    parser.add_argument("--only", metavar="STEP", action="append", choices=STEPS, help=f"measure this step only; repeatable. Steps: {', '.join(STEPS)}")
    parser.add_argument("--server-flag", metavar="FLAG", action="append", default=[], help="a flag for each `mayfly serve` (--server-flag=--rewind=pagemap)")
    parser.add_argument("--skip", metavar="STEP", action="append", choices=STEPS, default=[], help="leave this step out (peers: nothing is installed); repeatable")
    parser.add_argument("--no-build", action="store_true", help="measure what is built")
    parser.add_argument("--update-readme", action="store_true", help="put the newest result into README.md, and measure nothing")
    options = parser.parse_args()
    options.effort = effort(options)
    options.steps = [step for step in options.only or STEPS if step not in options.skip]
    return options


def effort(options):
    chosen = QUICK if options.quick else DEFAULT
    given = {"rounds": options.rounds, "duration": options.duration, "warm_up": options.warm_up, "stored_functions": options.stored}
    return dataclasses.replace(chosen, **{name: value for name, value in given.items() if value is not None})
