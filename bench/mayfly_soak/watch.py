"""What a server and its processes hold of the machine, now and then."""

import dataclasses
import pathlib
import time

from harness import processes
from mayfly_bench.family import pss_bytes

KIB_PER_MIB = 1024
BYTES_PER_MIB = 1 << 20


@dataclasses.dataclass(frozen=True)
class Sample:
    """Memory in MiB; `pss`, where each page counts for its share among those that have it."""

    seconds: float  # since the soak began
    calls: int  # so far
    server_rss: float
    server_pss: float
    server_files: int
    server_threads: int
    zygotes_pss: float
    zygotes_files: int
    workers: int
    workers_pss: float
    workers_files: int
    processes: int  # all of them
    dead: int  # of those, how many have ended and are not reaped

    @property
    def worker_pss(self):
        return self.workers_pss / self.workers if self.workers else 0.0


class Watch:
    def __init__(self, server, tally):
        self.server = server
        self.tally = tally
        self._began = time.monotonic()

    @property
    def seconds(self):
        return time.monotonic() - self._began

    def sample(self):
        """Processes that end meanwhile count as far as they were seen."""
        server = self.server.pid
        zygotes = processes.children(server)
        workers = [worker for zygote in zygotes for worker in processes.children(zygote)]
        dead = sum(1 for pid in zygotes + [server] for _ in dead_children(pid))
        return Sample(
            seconds=self.seconds,
            calls=self.tally.calls,
            server_rss=processes.resident_kib(server) / KIB_PER_MIB,
            server_pss=total(pss_bytes, [server]) / BYTES_PER_MIB,
            server_files=processes.open_files(server),
            server_threads=len(list(pathlib.Path(f"/proc/{server}/task").iterdir())),
            zygotes_pss=total(pss_bytes, zygotes) / BYTES_PER_MIB,
            zygotes_files=total(processes.open_files, zygotes),
            workers=len(workers),
            workers_pss=total(pss_bytes, workers) / BYTES_PER_MIB,
            workers_files=total(processes.open_files, workers),
            processes=1 + len(zygotes) + len(workers) + dead,
            dead=dead,
        )


def total(measure, pids):
    return sum(map(lambda pid: or_nothing(measure, pid), pids))


def or_nothing(measure, pid):
    try:
        return measure(pid)
    except (OSError, ValueError):
        return 0


def dead_children(pid):
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit() and (known := processes.stat(int(entry.name))) and known[1:] == ("Z", pid):
            yield int(entry.name)
