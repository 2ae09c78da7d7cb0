"""Waiting for what another process does."""

import threading
import time

_POLL_SECONDS = 0.005


def until(condition, seconds=30):
    """Asks until the condition holds and returns what it gave last: something false when the time was over first."""
    pause = threading.Event()
    deadline = time.monotonic() + seconds
    while not (held := condition()) and time.monotonic() < deadline:
        pause.wait(_POLL_SECONDS)
    return held
