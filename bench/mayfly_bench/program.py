"""What every program of the bench does around its measuring: its way in, and its report's way out."""

import datetime
import os
import pathlib
import subprocess
import sys

from mayfly_bench.machine import commit
from mayfly_bench.paths import RESULTS, ROOT


def enter(program):
    """Goes on inside the Debian root. `program` is a path in the repository, called with the same arguments."""
    if "MAYFLY_ENTERED" in os.environ or not pathlib.Path("/etc/debian_version").exists():
        return
    os.environ["BENCH_COMMIT"] = commit()
    command = [str(ROOT / "tools/enter"), str(ROOT / program), *sys.argv[1:]]
    os.execv(command[0], command)


def bazel_build(*targets):
    subprocess.run(["bazel", "build", "--ui_event_filters=-info", "--noshow_progress", *targets], cwd=ROOT, check=True)


def find_harness(*folders):
    """Lets the harness of the whole-program tests, which starts the servers, be imported; and these folders of tests/."""
    sys.path[:0] = [str(ROOT / "clients/python"), str(ROOT / "tests"), *(str(ROOT / "tests" / folder) for folder in folders)]


def result_stem():
    """What the files of a run are called, but for their endings."""
    return f"{datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d-%H%M%S}-{commit()}"


def write_result(name, text):
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / name
    path.write_text(text)
    print(f"written to {path.relative_to(ROOT)}", file=sys.stderr, flush=True)
