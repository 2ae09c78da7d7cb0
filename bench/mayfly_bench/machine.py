"""The machine, the build and the versions: a number without them is none."""

import datetime
import os
import pathlib
import platform
import re
import subprocess

from mayfly_bench.options import REPEATED
from mayfly_bench.paths import ROOT

PACKAGES = ("libnode-dev", "libpython3-dev", "libgrpc++-dev", "libboost-dev", "wrk")


def facts(results, options, cores):
    effort = options.effort
    load = f"{options.connections} connections, one call in flight on each; {effort.duration:g} s after {effort.warm_up:g} s of warm-up"
    rounds = f"{effort.rounds} of the steps {', '.join(REPEATED)}; the median counts"
    return {
        **run_facts(),
        "cores": f"server {named(cores.server)} ({named(cores.server_two)} in the two-core rows), load {named(cores.load)} ({named(cores.load_beside_two)})",
        "isolation": "; ".join(f"{engine} {isolation}" for engine, isolation in results.isolation.items()) or "not asked",
        "server flags": " ".join(options.server_flag) or "none",
        "versions": ", ".join(f"{package} {version(package)}" for package in PACKAGES),
        "rounds": rounds,
        "load": load + (" (a quick run: rough)" if options.quick else ""),
        "half of peak": "evenly paced requests; latency counts from each one's turn, also when no connection was free by then",
        **{f"peer {peer}": version for peer, version in results.versions.items()},
    }


def run_facts():
    """What stands in each report."""
    return {
        "date": f"{datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d %H:%M} UTC",
        "commit": commit(),
        "build": build_mode(),
        "machine": f"{cpu_model()}, {os.cpu_count()} cores",
        "kernel": platform.release(),
    }


def named(cores):
    return " and ".join(f"cpu{core}" for core in sorted(cores))


def commit():
    # The root may see no more of the repository than this checkout: a worktree's commit is known outside alone.
    if known := os.environ.get("BENCH_COMMIT"):
        return known

    def git(*arguments):
        command = ["git", "-c", "safe.directory=*", "-C", str(ROOT), *arguments]
        return subprocess.run(command, capture_output=True, text=True).stdout.strip()

    changed = "-changed" if git("status", "--porcelain", "--untracked-files=no") else ""
    return (git("rev-parse", "--short", "HEAD") or "unknown") + changed


def build_mode():
    """Bazel's name for it is in the path that bazel-bin leads to (k8-opt, k8-fastbuild); .bazelrc sets the optimisation."""
    parts = pathlib.Path(os.path.realpath(ROOT / "bazel-bin")).parts
    name = next((part for part in parts if part.startswith("k8-")), "unknown")
    return " ".join([name, *re.findall(r"--copt=(-O\S+)", (ROOT / ".bazelrc").read_text())])


def cpu_model():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def version(package):
    return subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package], capture_output=True, text=True).stdout
