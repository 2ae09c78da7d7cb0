"""What is measured, in the order of the table."""

import contextlib
import sys

from harness.server import Server
from mayfly_bench import cores as pinned
from mayfly_bench.guests import EVENT, JS
from mayfly_bench.load import run_generator
from mayfly_faults import measures
from mayfly_faults.crowd import crowd
from mayfly_faults.guests import LOOP, TITLES, ZYGOTES
from mayfly_faults.report import Row, worst_of

LONG_MILLIS = 300_000
STORED = 100  # functions, in the store that a new server opens
RATE = 500  # calls a second of the honest client
HONEST_SECONDS = 5


class Steps:
    def __init__(self, cores, folder, times, crowd_size, http_load):
        self._cores = cores
        self._folder = folder
        self._times = times
        self._rare = max(1, times // 5)
        self._crowd_size = crowd_size
        self._http_load = http_load
        self.isolation = ""

    def all(self):
        return [*self._calls(), *self._zygotes(), *self._restarts(), self._honest_client()]

    def _start(self, name, *flags):
        with pinned.on(self._cores.server):
            return Server(*flags, data_dir=self._folder / name)

    @contextlib.contextmanager
    def _server(self, name, *flags):
        server = self._start(name, *flags)
        self.isolation = server.isolation + (f" by {server.rewind_way}" if server.rewind_way else "")
        try:
            yield server
        finally:
            server.stop()

    def _calls(self):
        for language, source in LOOP.items():
            say(f"deadlines and slots, {TITLES[language]}")
            with self._server(f"calls-{language}", "--max-workers-per-function", "1") as server:
                server.http.deploy("loop", language, source, timeoutMillis=LONG_MILLIS)
                title = TITLES[language]
                yield worst_of(f"`FUNCTION_TIMEOUT` of a {title} loop: how late", measures.lateness(server, self._times), 50)
                yield worst_of(f"the slot of a {title} call after its kill", measures.slot_after_kill(server, self._times), 10)
                yield worst_of(f"the slot of a {title} call whose client goes away", measures.slot_after_client(server, self._times), 10)

    def _zygotes(self):
        with self._server("zygotes") as server:
            for language, source in LOOP.items():
                say(f"zygotes, {TITLES[language]}")
                server.http.deploy("loop", language, source)
                millis = measures.zygote_respawn(server, ZYGOTES[language], "loop", self._rare)
                yield worst_of(f"a call after the {TITLES[language]} zygote was killed, until it is answered", millis, 200)

    def _restarts(self):
        say("restarts")
        with self._server("restarts") as server:
            for n in range(STORED // 2):
                for language, source in LOOP.items():
                    server.http.deploy(f"{language}-{n}", language, source)
        health, js, python = measures.restart(lambda: self._start("restarts"), ["js-7", "python-7"], self._rare)
        return [
            worst_of(f"kill -9 of the server, {STORED} functions stored: healthy again", health, 1000),
            worst_of("… the first JavaScript call answered", js, 1000),
            worst_of("… the first Python call answered", python, 1000),
        ]

    def _honest_client(self):
        say("crowd")
        with self._server("crowd") as server:
            server.http.deploy("hello", JS.id, JS.hello)
            alone = self._p99_millis(server)
            with crowd(server.http_port, self._crowd_size):
                beside = self._p99_millis(server)
        return Row(
            f"p99 of an honest client's calls, {RATE} a second, beside {self._crowd_size:,} idle and slow clients",
            "< 2 ×",
            f"{beside:.2f} ms, alone {alone:.2f} ms: {beside / alone:.2f} ×",
            beside < 2 * alone,
        )

    def _p99_millis(self, server):
        command = [self._http_load, "--port", str(server.http_port), "--path", "/invoke/hello", "--body", EVENT, "--rate", str(RATE)]
        result = run_generator([*command, "--connections", "4", "--duration", str(HONEST_SECONDS), "--warm-up", "1"])
        if result["errors"]:
            raise ValueError(f"the honest client gets errors: {result['first_error']}")
        return result["p99_micros"] / 1000


def say(what):
    print(f"measuring {what} …", file=sys.stderr)
