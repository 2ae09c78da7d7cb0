"""What was measured, by key, and what could not be."""

import dataclasses
import functools
import statistics
import sys

import pytest


class Results:
    def __init__(self, effort):
        self.effort = effort
        self.measured = {}  # key → the median of its samples
        self.samples = {}  # key → what each round gave
        self.missing = {}  # key → why
        self.versions = {}  # peer → version
        self.notes = []
        self.load_shares_cores = False  # the load generator of the two-core rows had no core of its own
        self.isolation = {}  # engine → what its receipt tells

    def get(self, key):
        """None where it was not measured."""
        return self.measured.get(key)

    def measure(self, key, action):
        """Keeps what the action returns, beside what it returned in other rounds. A measurement that fails leaves the others alone."""
        print(f"measuring {key} …", file=sys.stderr)
        try:
            self.samples.setdefault(key, []).append(action())
            self.measured[key] = statistics.median_low(map(Sample, self.samples[key])).measurement
        except Exception as error:  # Whatever it is, the table says it.
            self.missing[key] = reason(error)
            print(f"  not measured: {self.missing[key]}", file=sys.stderr)

    def run(self, name, step):
        """A step whose server does not start, say, leaves the other steps alone."""
        try:
            step()
        except (Exception, pytest.fail.Exception) as error:  # As above; the harness fails by the latter.
            self.notes.append(f"step {name} ended early: {reason(error)}")
            print(f"  {self.notes[-1]}", file=sys.stderr)


@functools.total_ordering
@dataclasses.dataclass(frozen=True)
class Sample:
    """What one round gave, in the order of its size: a number is its own, other measurements name theirs."""

    measurement: object

    @property
    def size(self):
        return getattr(self.measurement, "size", self.measurement)

    def __lt__(self, other):
        return self.size < other.size


def reason(error):
    text = getattr(error, "stderr", None) or str(error) or type(error).__name__
    return " ".join(text.split())[:300]
