"""What a server and its workers use of the machine, before something goes wrong and after it."""

import collections
import dataclasses

from harness import processes, waiting

# Resident memory that may differ: buffers that have grown once, and pages that a new worker has not touched yet.
SLACK_KIB = 16 * 1024

# Names as the kernel cuts them.
ENGINES = {"js": "mayfly-js-worke", "python": "mayfly-python-w"}
IDLE = {"js": "function handler() { return null; }", "python": "def handler(event):\n    pass\n"}


@dataclasses.dataclass(frozen=True)
class Use:
    processes: dict  # name → how many
    open_files: list  # (name, how many) of the server and of each zygote
    lasting_kib: int  # resident, of the server and the zygotes
    workers_kib: int  # and of the workers; 0 under fresh, where a worker's heap may grow up to its cap

    def is_back_at(self, before):
        return (
            self.processes == before.processes
            and [name for name, _ in self.open_files] == [name for name, _ in before.open_files]
            and all(count <= most for (_, count), (_, most) in zip(self.open_files, before.open_files))
            and self.lasting_kib <= before.lasting_kib + SLACK_KIB
            and self.workers_kib <= before.workers_kib + SLACK_KIB
        )


class Footprint:
    """Taken when it is made, once the server has as many workers as it will have at the end."""

    def __init__(self, server, **workers):
        """`workers`: how many of each engine, js=1 and python=2 for instance."""
        self._server = server
        for language, source in IDLE.items():  # each zygote is up when it has made a worker
            reply = server.http.post("/run", {"languageId": language, "source": source, "timeoutMillis": 60_000})
            assert reply.body == b"null", reply.body
        # A zygote, and the copy of it that stands by, have the name of its workers.
        wanted = {"mayfly": 1} | {name: 2 + workers.get(engine, 0) for engine, name in ENGINES.items()}
        steady = waiting.until(lambda: (use := self._look()) and use.processes == wanted and use)
        assert steady, f"never the processes {wanted}, but {self._look()}"
        self.before = steady

    def assert_back(self):
        """Waits until all is as it was: what was killed is reaped, what was opened closed, what was taken given back."""
        back = waiting.until(lambda: (use := self._look()) and use.is_back_at(self.before))
        assert back, f"not back:\n  before {self.before}\n  now    {self._look()}"

    def _look(self):
        """None while the server holds anything of a process that has ended: of an earlier call, or of an earlier test."""
        lasting = [self._server.pid, *processes.children(self._server.pid)]
        workers = [worker for zygote in lasting[1:] for worker in processes.children(zygote)]
        try:
            names = {pid: processes.stat(pid)[0] for pid in lasting + workers}
            if processes.holds_the_dead(self._server.pid):
                return None
            return Use(
                processes=dict(collections.Counter(names.values())),
                open_files=sorted((names[pid], processes.open_files(pid)) for pid in lasting),
                lasting_kib=sum(map(processes.resident_kib, lasting)),
                workers_kib=sum(map(processes.resident_kib, workers)) if self._server.isolation == "rewind" else 0,
            )
        except (FileNotFoundError, ProcessLookupError, TypeError):
            return None
