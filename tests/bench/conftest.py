"""The bench's own parts are tested like the rest: what it reports must be right before it is fast."""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
# The soak's guests are those of the other suites.
sys.path[:0] = [str(ROOT / folder) for folder in ("bench", "tests/fault", "tests/purity")]
