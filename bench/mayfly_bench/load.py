"""Drives a server and tells what came of it."""

import dataclasses
import json
import os
import resource
import subprocess

from mayfly_bench.paths import BENCH, BINARIES

# gRPC's channels take a while to connect, and now and then an attempt fails: calls count from then on.
GRPC_CONNECT_SECONDS = 0.5


@dataclasses.dataclass(frozen=True)
class Load:
    """One load on one server. Times are in microseconds."""

    calls: int
    errors: int
    seconds: float
    p50_micros: float
    p90_micros: float
    p99_micros: float
    p999_micros: float
    cpu_micros: float = 0  # of the server and all its processes, per call
    server_busy: float = 0  # cores that the server kept busy, warm-up included
    load_busy: float = 0  # cores that the load generator kept busy
    first_error: str = ""

    @property
    def rate(self):
        """Requests answered well per second."""
        return self.calls / self.seconds

    size = rate


class PacedLoad(Load):
    """Of requests whose rate is given: what it tells is their latency."""

    @property
    def size(self):
        return self.p99_micros


class Driver:
    """Runs the load generators, all with the same effort."""

    def __init__(self, connections, effort):
        self.connections = connections
        self.effort = effort

    def http(self, family, port, path, body="", **environment):
        """wrk: `connections` calls in flight, the next as soon as one ends."""
        return self._measure(family, lambda seconds: self._wrk(port, path, body, seconds, environment))

    def paced(self, family, port, path, body, rate):
        """An open loop of `rate` requests a second; latencies count from each request's turn."""

        def drive(seconds):
            command = [BINARIES / "http_load", "--port", str(port), "--path", path, "--body", body, "--rate", str(rate)]
            return run_generator([*command, "--connections", str(self.connections), "--duration", str(seconds), "--warm-up", "0"])

        return self._measure(family, drive, PacedLoad)

    def grpc(self, family, address, function=None, event=""):
        """bench/grpc_load: Invoke, or without a function grpc.health.v1, which runs nothing."""

        def drive(seconds):
            command = [BINARIES / "grpc_load", "--address", address, "--connections", str(self.connections)]
            command += ["--concurrency", str(self.connections), "--duration", str(seconds), "--warm-up", str(GRPC_CONNECT_SECONDS)]
            command += ["--function", function, "--event", event] if function else []
            return {**run_generator(command), "driven_seconds": seconds + GRPC_CONNECT_SECONDS}

        return self._measure(family, drive)

    def _measure(self, family, drive, kind=Load):
        if self.effort.warm_up:
            drive(self.effort.warm_up)
        load_before = resource.getrusage(resource.RUSAGE_CHILDREN)
        before = family.cpu_seconds()
        result = drive(self.effort.duration)
        cpu = family.cpu_seconds() - before
        load = cpu_of(resource.getrusage(resource.RUSAGE_CHILDREN)) - cpu_of(load_before)
        seconds = result.pop("driven_seconds", result["seconds"])
        answered = max(result["calls"] + result["errors"], 1) * seconds / result["seconds"]
        return kind(**result, cpu_micros=cpu / answered * 1e6, server_busy=cpu / seconds, load_busy=load / seconds)

    def _wrk(self, port, path, body, seconds, environment):
        # wrk takes whole seconds only.
        command = ["wrk", "-t", "1", "-c", str(self.connections), "-d", f"{max(1, round(seconds))}s", "-s", str(BENCH / "report.lua")]
        done = run([*command, f"http://127.0.0.1:{port}{path}"], env={**os.environ, "BENCH_BODY": body, **environment})
        (line,) = [line for line in done.splitlines() if line.startswith("BENCH ")]
        result = json.loads(line.removeprefix("BENCH "))
        # It counts an answer that is an error among the requests, too.
        result["calls"] -= min(result["errors"], result["calls"])
        return result


def run_generator(command):
    return json.loads(run(command))


def run(command, **options):
    return subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout


def cpu_of(usage):
    return usage.ru_utime + usage.ru_stime
