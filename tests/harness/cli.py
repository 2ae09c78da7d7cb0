"""The command line as a user meets it."""

import dataclasses
import json
import os
import subprocess

from harness.paths import BINARY


@dataclasses.dataclass
class Outcome:
    code: int
    stdout: str
    stderr: str

    def json(self):
        return json.loads(self.stdout)


def mayfly(*arguments, cwd, stdin="", env=None, timeout=60):
    """Runs `mayfly ARGUMENTS…` in the folder `cwd`, off a terminal."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("MAYFLY_")}
    done = subprocess.run(
        [BINARY, *map(str, arguments)],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        text=True,
        env={**clean, **(env or {})},
        timeout=timeout,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)
