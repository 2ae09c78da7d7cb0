"""The fixtures of the whole-program tests: a live server."""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "clients/python"), str(ROOT / "tests")]

from harness.fixtures import *  # noqa: E402, F403
