"""The table of docs/metrics.md, for the tests that hold it to the code and to a running server."""

import re

from harness.paths import ROOT

# "| `name` | type | `label`, `label` | …"
ROW = re.compile(r"^\| `([a-z_]+)` \| (\w+) \| ([^|]*) \|", re.MULTILINE)


def told():
    """Of each metric its type and the set of its labels."""
    page = (ROOT / "docs/metrics.md").read_text()
    return {name: (kind, set(re.findall(r"`(\w+)`", labels))) for name, kind, labels in ROW.findall(page)}
