"""The bench's own parts are tested like the rest: what it reports must be right before it is fast."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "bench"))
