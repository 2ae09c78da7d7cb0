"""kill -9 at 200 random moments under creates and updates: nothing acknowledged is lost, nothing is half stored.

It is the control plane that is killed, with a data plane beside it that lives on to check what is to be stored: so a restart
costs what the store costs, and not the boot of two engines. What dies with a whole server is in tests/program/test_durability.py.
"""

import contextlib
import random
import socket
import sqlite3
import threading
import time

import grpc
from harness import waiting
from harness.bystander import SOURCES
from harness.rpc import Rpc
from mayfly.v1 import function_pb2, function_service_pb2

KILLS = 200
WRITERS = 3
ACKNOWLEDGED_MAX = 6  # before a kill
SPIN_SECONDS_MAX = 0.01
SOURCE_BYTES_MAX = 40_000
ROUNDS_OF_ONE_ID = 10  # far fewer updates than there are revisions kept


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def name(id):
    return f"namespaces/default/functions/{id}"


def source(id, n, size):
    """Whole only with its end."""
    return f"function handler() {{ return '{id} {n}'; }}//{'x' * size}//end of {id} {n}"


class Writer(threading.Thread):
    """Creates and updates in turn until the server is gone."""

    def __init__(self, rpc, round, writer, random_numbers):
        super().__init__(daemon=True)
        self._rpc = rpc
        self._round = round
        self._writer = writer
        self._random = random_numbers
        self.acknowledged = []  # (id, revision, source)
        self.begun = None  # the last one, if it was not acknowledged
        self.failure = None

    def run(self):
        n = 0
        while self.failure is None:
            id = f"u{self._round // ROUNDS_OF_ONE_ID}-{self._writer}" if n % 2 else f"c{self._round}-{self._writer}-{n}"
            text = source(id, f"{self._round}.{n}", self._random.randrange(SOURCE_BYTES_MAX))
            self.begun = (id, text)
            manifest = function_pb2.Manifest(id=id, language_id="js", source=text)
            request = function_service_pb2.DeployFunctionRequest(parent="namespaces/default", manifest=manifest)
            try:
                stored = self._rpc.functions.DeployFunction(request, timeout=60)
            except grpc.RpcError as error:
                if error.code() != grpc.StatusCode.UNAVAILABLE:
                    self.failure = error
                return
            self.acknowledged.append((id, stored.revision, text))
            self.begun = None
            n += 1


class Store:
    """A control plane's, with the data plane that checks functions for it."""

    def __init__(self, start_server, folder):
        self._start = start_server
        self._folder = folder
        self._control, data = free_port(), free_port()
        self._data_flags = ("--data-plane", f"127.0.0.1:{data}")
        control = self.start()
        self.data = start_server(
            "--role=data", "--control-plane", f"127.0.0.1:{self._control}", "--grpc-port", str(data), http=False, data_dir=folder / "data"
        )
        request = function_service_pb2.DeployFunctionRequest(
            parent="namespaces/default", manifest=function_pb2.Manifest(id="first", language_id="js", source=SOURCES["js"])
        )
        # Until the two have found each other.
        assert waiting.until(lambda: not isinstance(control.rpc.try_call(control.rpc.functions.DeployFunction, request), Exception), 60)
        control.stop()

    @property
    def path(self):
        return self._folder / "control/mayfly.db"

    def start(self):
        return self._start(
            "--role=control", *self._data_flags, "--grpc-port", str(self._control), http=False, data_dir=self._folder / "control"
        )


def get(rpc, id, revision=0):
    request = function_service_pb2.GetFunctionRequest(name=name(id), revision=revision, view=function_pb2.FULL)
    return rpc.call(rpc.functions.GetFunction, request)


def write_until_killed(server, round, random_numbers):
    rpc = Rpc(server.grpc_port)  # not the server's own, which its end would close under the writers
    writers = [Writer(rpc, round, writer, random.Random(random_numbers.random())) for writer in range(WRITERS)]
    for writer in writers:
        writer.start()
    wanted = random_numbers.randrange(ACKNOWLEDGED_MAX)
    assert waiting.until(lambda: sum(len(writer.acknowledged) for writer in writers) >= wanted), [w.failure for w in writers]
    end = time.monotonic() + random_numbers.uniform(0, SPIN_SECONDS_MAX)
    while time.monotonic() < end:
        pass
    server.kill()
    for writer in writers:
        writer.join()
        assert writer.failure is None, writer.failure
    rpc.close()
    return writers


def check(rpc, writer):
    latest = {}
    for id, revision, text in writer.acknowledged:
        assert get(rpc, id, revision).manifest.source == text
        latest[id] = (revision, text)
    if writer.begun is None:
        return
    # The write that was not acknowledged is whole, as the next revision, or it is not there at all.
    id, text = writer.begun
    request = function_service_pb2.GetFunctionRequest(name=name(id), view=function_pb2.FULL)
    found = rpc.try_call(rpc.functions.GetFunction, request)
    if isinstance(found, Exception):
        assert found.reason == "FUNCTION_NOT_FOUND" and id not in latest, found
    elif found.manifest.source != text:
        assert id.startswith("u") and found.manifest.source.endswith(f"//end of {found.manifest.source.split(chr(39))[1]}")
        if id in latest:
            assert (found.revision, found.manifest.source) == latest[id]


def test_nothing_acknowledged_is_lost_and_nothing_half_stored(start_server, tmp_path):
    random_numbers = random.Random(9)
    store = Store(start_server, tmp_path)
    acknowledged = 0
    latest = {}
    server = store.start()
    for round in range(KILLS):
        writers = write_until_killed(server, round, random_numbers)
        server = store.start()
        for writer in writers:
            check(server.rpc, writer)
            acknowledged += len(writer.acknowledged)
            latest |= {id: revision for id, revision, _ in writer.acknowledged}
    assert acknowledged >= KILLS
    for id, revision in latest.items():
        function = get(server.rpc, id)
        assert function.revision >= revision
        assert function.manifest.source.endswith(f"//end of {function.manifest.source.split(chr(39))[1]}")
    server.stop()
    with contextlib.closing(sqlite3.connect(store.path)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
