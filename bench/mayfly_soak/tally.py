"""What the calls of each kind came to."""

import collections
import threading

FAULTS_KEPT = 20  # of each kind


class Tally:
    """Used by all callers at once."""

    def __init__(self):
        self._lock = threading.Lock()
        self.outcomes = collections.defaultdict(collections.Counter)  # kind → outcome → how often
        self.unexpected = collections.Counter()  # kind → how often
        self.faults = []  # the first of those, in words
        self._told = 0

    def add(self, kind, outcome):
        with self._lock:
            self.outcomes[kind][outcome.name] += 1
            if outcome.fault is None:
                return
            self.unexpected[kind] += 1
            if self.unexpected[kind] <= FAULTS_KEPT:
                self.faults.append(f"{kind}: {outcome.name}: {outcome.fault}")

    def take_untold(self):
        """Those faults that it has not given yet."""
        untold = self.faults[self._told :]
        self._told += len(untold)
        return untold

    @property
    def calls(self):
        return sum(counter.total() for counter in list(self.outcomes.values()))

    @property
    def wrong_answers(self):
        return sum(counter["wrong answer"] for counter in list(self.outcomes.values()))
