"""A real `mayfly serve` on ports of its own."""

import collections
import re
import subprocess
import threading

import pytest
from harness import processes
from harness.http import Http
from harness.paths import BINARY
from harness.rpc import Rpc

# The server says on stderr or stdout where it serves: "http://127.0.0.1:40123", "grpc://127.0.0.1:40124".
# The metrics' address has a path: "http://127.0.0.1:40125/metrics".
HTTP_ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)(?![\d/])")
METRICS_ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)/metrics")
GRPC_ADDRESS = re.compile(r"grpc://127\.0\.0\.1:(\d+)")
# "  calls    rewind by pagemap: …", "  calls    fresh: …", where the server runs calls.
ISOLATION = re.compile(r"^  calls    (fresh|rewind)(?: by ([a-z-]+))?: ", re.MULTILINE)
STOP_SECONDS = 40
KILLED_SECONDS = 10


class Server:
    """One server process. Started on construction; the owner calls stop() or kill(), once."""

    def __init__(self, *flags, data_dir, token=None, http=True, grpc=True):
        """`http`, `grpc`: whether the server opens that door (a role may open one alone)."""
        self.data_dir = data_dir
        self.token = token
        command = [BINARY, "serve"]
        command += ["--port", "0"] if http else []
        command += ["--grpc-port", "0"] if grpc and "--grpc-port" not in flags else []
        command += ["--data-dir", str(data_dir)] if data_dir else []
        self.process = subprocess.Popen(
            [*command, *flags], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self._lines = collections.deque()
        self._wait_until_ready(http, grpc, "--metrics-port" in flags)

    def _wait_until_ready(self, http, grpc, metrics):
        wanted = {"http": HTTP_ADDRESS} if http else {}
        wanted |= {"metrics": METRICS_ADDRESS} if metrics else {}
        wanted |= {"grpc": GRPC_ADDRESS} if grpc else {}
        ports = {}
        for line in self.process.stdout:
            self._lines.append(line)
            for door, pattern in wanted.items():
                if found := pattern.search(line):
                    ports[door] = int(found[1])
            if ports.keys() == wanted.keys():
                break
        else:
            self.process.wait()
            raise AssertionError(f"the server ended with {self.process.returncode}:\n{self.log()}")
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.http_port = ports.get("http")
        self.grpc_port = ports.get("grpc")
        self.metrics = Http(ports["metrics"]) if metrics else None
        self.http = Http(self.http_port, self.token) if http else None
        self.rpc = Rpc(self.grpc_port, self.token) if grpc else None

    def _read(self):
        for line in self.process.stdout:
            self._lines.append(line)

    @property
    def pid(self):
        return self.process.pid

    @property
    def grpc_address(self):
        return f"127.0.0.1:{self.grpc_port}"

    def log(self):
        """What the server has said so far."""
        return "".join(self._lines)

    @property
    def isolation(self):
        """How it says it keeps calls apart: "fresh" or "rewind"."""
        return ISOLATION.search(self.log())[1]

    @property
    def rewind_way(self):
        """How it says it rewinds; None under fresh."""
        return ISOLATION.search(self.log())[2]

    def workers(self):
        """Its zygotes and workers."""
        return processes.descendants(self.pid)

    def terminate(self):
        """SIGTERM; does not wait."""
        self.process.terminate()

    def stop(self):
        """SIGTERM, and what must be true after it: exit code 0, and no process left."""
        self.process.terminate()
        self.finish()

    def finish(self):
        """Waits for the end of a server that was told to stop."""
        try:
            code = self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            pytest.fail(f"the server has not stopped within {STOP_SECONDS} s of SIGTERM:\n{self.log()}")
        self._close()
        left = processes.orphans()
        processes.end(left)
        assert code == 0, f"exit code {code} after SIGTERM:\n{self.log()}"
        assert not left, f"the server has stopped and left processes behind: {left}"

    def kill(self):
        """SIGKILL; its workers must die of it."""
        family = self.workers()
        self.process.kill()
        self.process.wait()
        self._close()
        left = processes.wait_until_dead(family, KILLED_SECONDS)
        processes.end(left)
        processes.orphans()
        assert not left, f"the server was killed and left processes behind: {left}"

    @property
    def running(self):
        return self.process.poll() is None

    def _close(self):
        if self.rpc:
            self.rpc.close()
        self._reader.join()
        self.process.stdout.close()
