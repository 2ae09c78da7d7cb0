"""Which cores the servers run on, and which the load."""

import contextlib
import os


class Cores:
    """The first core this process may use is the server's, the second the load's; the two-core row gives the server both, and
    the load a third where there is one, else both as well."""

    def __init__(self):
        cores = sorted(os.sched_getaffinity(0))
        if len(cores) < 2:
            raise SystemExit("bench/run needs two cores: one for the server, one for the load")
        self.server = {cores[0]}
        self.load = {cores[1]}
        self.server_two = {cores[0], cores[1]}
        self.load_shares_two = len(cores) == 2
        self.load_beside_two = self.server_two if self.load_shares_two else {cores[2]}

    def settle(self):
        """Puts this process, and so the load generators that it starts, on the load's core."""
        os.sched_setaffinity(0, self.load)


@contextlib.contextmanager
def on(cores):
    """What this thread starts meanwhile runs on these cores, and stays there."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def move(pids, cores):
    """Moves running processes, all their threads."""
    for pid in pids:
        for thread in threads(pid):
            with contextlib.suppress(ProcessLookupError):
                os.sched_setaffinity(thread, cores)


def threads(pid):
    try:
        return list(map(int, os.listdir(f"/proc/{pid}/task")))
    except FileNotFoundError:
        return []
