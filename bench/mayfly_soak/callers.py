"""The threads that call."""

import contextlib
import http.client
import random
import threading

from harness import waiting
from mayfly_soak.kinds import Outcome


class Callers:
    """As many as their kinds say, calling from start to stop; `rest` lets calls in flight end and holds the next ones back."""

    def __init__(self, server, kinds, tally, seed):
        self._server = server
        self._tally = tally
        self._go = threading.Event()
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._in_flight = 0
        self._threads = [
            threading.Thread(target=self._run, args=(kind, random.Random(f"{seed} {kind.name} {n}")), daemon=True)
            for kind in kinds
            for n in range(kind.callers)
        ]

    def start(self):
        self._go.set()
        for thread in self._threads:
            thread.start()

    def rest(self):
        """Returns when no call is in flight."""
        with self._lock:
            self._go.clear()
        if not waiting.until(lambda: self._in_flight == 0, 120):
            raise RuntimeError(f"{self._in_flight} calls do not end")

    def go_on(self):
        self._go.set()

    def stop(self):
        self._stop.set()
        self._go.set()
        for thread in self._threads:
            thread.join()

    def _run(self, kind, numbers):
        while not self._stop.is_set():
            with self._server.http.keep_alive() as connection:
                while self._call(kind, connection, numbers) and not self._stop.wait(kind.pause_seconds):
                    pass

    def _call(self, kind, connection, numbers):
        """False where the connection may be of no more use."""
        with self._flight():
            try:
                outcome = kind.call(connection, numbers)
            except (OSError, http.client.HTTPException, AssertionError, ValueError, KeyError) as error:
                outcome = Outcome("no good answer", repr(error)[:500])
            self._tally.add(kind.name, outcome)
        return outcome.name != "no good answer"

    @contextlib.contextmanager
    def _flight(self):
        """One call, begun when calls may begin."""
        while not self._begin():
            self._go.wait()
        try:
            yield
        finally:
            with self._lock:
                self._in_flight -= 1

    def _begin(self):
        with self._lock:
            self._in_flight += self._go.is_set()
            return self._go.is_set()
