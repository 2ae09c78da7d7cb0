"""What the repository itself promises: sizes, guards, and nothing that names a place outside it."""

import re

import pytest
from tree import ROOT, files

CODE = ("*.h", "*.cc", "*.py", "*.js", "*.mjs", "*.bzl", "*.bazel", "*.sh", "*.proto", "*.yaml", "*.md", "*.txt", "*.json",
        "run", "test", "tools/*", "Dockerfile")
# The hosts of package registries and archives; set-up reads them from the machine's own configuration.
REGISTRIES = re.compile(
    "|".join(["registry" + r"\.npmjs\.org", "registry" + r"\.yarnpkg\.com", "deb" + r"\.debian\.org",
              "snapshot" + r"\.debian\.org", "files" + r"\.pythonhosted\.org", "pypi" + r"\.org/simple"]))


@pytest.mark.parametrize("path", files(*CODE))
def test_names_no_registry(path):
    assert not REGISTRIES.search((ROOT / path).read_text())


@pytest.mark.parametrize("path", files("*.h", "*.cc", "*.py", "*.proto"))
def test_is_at_most_500_lines(path):
    assert len((ROOT / path).read_text().splitlines()) <= 500


@pytest.mark.parametrize("path", files("*.h"))
def test_header_guard_is_the_path(path):
    guard = "MAYFLY_" + re.sub(r"[^A-Za-z0-9]", "_", path).upper() + "_"
    text = (ROOT / path).read_text()
    assert f"#ifndef {guard}\n#define {guard}\n" in text
    assert text.endswith(f"#endif  // {guard}\n")
