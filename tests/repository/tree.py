"""The repository's own files, without what is built, installed or hidden."""

import fnmatch
import os
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
SKIPPED = {"node_modules", "__pycache__"}


def files(*patterns):
    """Paths from the top whose name (or whole path, for a pattern with a slash) matches a pattern; sorted."""
    found = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [f for f in folders if f not in SKIPPED and not f.startswith((".", "bazel-"))]
        for name in names:
            path = os.path.relpath(os.path.join(folder, name), ROOT)
            if any(fnmatch.fnmatch(path if "/" in p else name, p) for p in patterns):
                found.append(path)
    return sorted(found)
