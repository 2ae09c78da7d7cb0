"""The command line."""

import argparse

DESCRIPTION = """\
Runs one server under good, slow, hostile, dying and leaving callers for a given time, each answer checked, and reports how many calls there
were, what they came to, and how memory, open files and processes have drifted.

The report is printed, and written to bench/results/ unless --no-report is given. Exits 1 if a call ended as it should not.
"""


def parse(arguments=None):
    parser = argparse.ArgumentParser(description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30, help="how long, the warm-up included (30)")
    parser.add_argument("--warm-up", type=float, help="seconds after which drift counts (a tenth of the whole, at most 120)")
    parser.add_argument("--interval", type=float, default=10, help="seconds between two looks at the processes, each a line of progress (10)")
    parser.add_argument("--seed", type=int, default=1, help="what is called, and when, is drawn by it (1)")
    parser.add_argument("--nice", type=int, default=0, metavar="N", help="how far server and callers stand back behind other processes (0)")
    parser.add_argument("--server-flag", metavar="FLAG", action="append", default=[], help="a flag for the server (--server-flag=--isolation=fresh)")
    parser.add_argument("--no-build", action="store_true", help="run what is built")
    parser.add_argument("--no-report", action="store_true", help="write no file")
    options = parser.parse_args(arguments)
    options.seconds = options.minutes * 60
    if options.warm_up is None:
        options.warm_up = min(options.seconds / 10, 120)
    return options
