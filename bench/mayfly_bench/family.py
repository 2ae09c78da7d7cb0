"""A server and all its processes: what they cost."""

import contextlib
import os
import pathlib

from harness import processes


class Family:
    def __init__(self, pid):
        self.pid = pid

    def pids(self):
        return [self.pid, *processes.descendants(self.pid)]

    def cpu_seconds(self):
        """Of all of them, those that have ended and were reaped too."""
        ticks = 0
        for pid in self.pids():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
                ticks += sum(map(int, stat[stat.rindex(")") + 2 :].split()[11:15]))
        return ticks / os.sysconf("SC_CLK_TCK")

    def worker_pss_bytes(self, name):
        """The proportional set size of each worker whose process name begins with `name`. A zygote's children are its workers."""
        zygotes = [pid for pid in processes.children(self.pid) if processes.stat(pid)[0].startswith(name)]
        return [pss_bytes(worker) for zygote in zygotes for worker in processes.children(zygote)]


def pss_bytes(pid):
    kib = processes.proc_number(pid, "smaps_rollup", "Pss")
    if kib is None:
        raise ValueError(f"/proc/{pid}/smaps_rollup names no Pss")
    return kib * 1024
