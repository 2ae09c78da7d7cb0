"""Single calls, and what their receipts tell."""

import dataclasses
import time

from mayfly_bench.mayfly_server import micros


class NotThere(Exception):
    """What would be measured is not there; the text says why."""


@dataclasses.dataclass(frozen=True)
class Rewind:
    micros: float
    pages: float

    @property
    def size(self):
        return self.micros


@dataclasses.dataclass(frozen=True)
class FirstCall:
    receipt_millis: float  # load and run
    wall_millis: float  # as this client saw it
    was_cold: bool


@dataclasses.dataclass(frozen=True)
class Cold:
    creates: int
    receipt_millis: float
    wall_millis: float
    forked: int  # of the creates: those whose first call found no worker

    @property
    def size(self):
        return self.wall_millis


@dataclasses.dataclass(frozen=True)
class Fib:
    run_micros: float  # measured by the host
    handler_micros: float  # reported by the worker
    node_micros: float  # the same loop, warm, in Node, in turns with ours
    warmed: bool  # by warmupEvents

    @property
    def size(self):
        return self.run_micros / self.node_micros


@dataclasses.dataclass(frozen=True)
class Memory:
    pss_bytes: float
    workers: int

    @property
    def size(self):
        return self.pss_bytes


def isolation_of(receipt):
    """What keeps this call's state from the next's, as the receipt tells it."""
    parts = [receipt.get(key, "") for key in ("isolation", "rewindWay", "isolationReason")]
    return ", ".join(part for part in parts if part and not part.endswith("UNSPECIFIED"))


def rewind_of(receipt):
    """None where the receipt tells of none: under fresh, and in a worker's first call."""
    cost = micros(receipt.get("rewindTime", "0s"))
    return Rewind(micros=cost, pages=receipt["rewindPages"]) if cost > 0 else None


def first_call(connection, id):
    begin = time.perf_counter()
    receipt = connection.receipt(id)
    wall = time.perf_counter() - begin
    cost = micros(receipt.get("loadTime", "0s")) + micros(receipt["runTime"])
    return FirstCall(receipt_millis=cost / 1000, wall_millis=wall * 1000, was_cold=receipt.get("start") == "COLD")
