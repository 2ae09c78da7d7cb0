"""Makes the harness and the Python client importable, and gives every test its fixtures."""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "clients/python"), str(ROOT / "tests")]

from harness.fixtures import *  # noqa: E402, F403
