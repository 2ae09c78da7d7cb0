"""What a worker's binary is linked with: each shared library is four or five mappings, which every fork copies, and every checkpoint reads and seals."""

import re
import subprocess

import pytest
from harness.paths import ROOT


@pytest.mark.parametrize("engine", ["js", "python"])
def test_abseil_is_part_of_it(engine):
    binary = ROOT / f"bazel-bin/runtime/{engine}/mayfly-{engine}-worker"
    listed = subprocess.run(["readelf", "--dynamic", binary], check=True, capture_output=True, text=True).stdout
    libraries = re.findall(r"\(NEEDED\).*\[(.+)\]", listed)
    assert "libc.so.6" in libraries
    assert [library for library in libraries if library.startswith("libabsl")] == []
