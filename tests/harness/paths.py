"""Where things are."""

import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = ROOT / "bazel-bin/mayfly/mayfly"
