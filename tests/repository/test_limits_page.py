"""docs/limits.md and docs/errors.md say what the code does: every bound, every flag of one, every reason."""

import re

import pytest
from tree import ROOT

LIMITS = (ROOT / "docs/limits.md").read_text()
ERRORS = (ROOT / "docs/errors.md").read_text()
UNITS = {"kKiB", "kMiB"}
BOUNDS = sorted(set(re.findall(r"^inline constexpr \S+ (k\w+)", (ROOT / "base/limits.h").read_text(), re.MULTILINE)) - UNITS)
# The flags of numbers and times; those that only choose are no limits.
FLAGS = sorted(re.findall(r'Add(?:Limit|Duration|Mebibytes|Size)\(\s*command, "(--[a-z-]+)"', (ROOT / "mayfly/serve_flags.cc").read_text()))
REASONS = re.findall(r'\[\] = "([A-Z_]+)"', (ROOT / "base/reason.h").read_text())


def test_finds_what_is_to_be_told():
    assert len(BOUNDS) > 90
    assert {"--max-worker-memory", "--max-body", "--max-event", "--max-queue", "--load-timeout"} <= set(FLAGS)
    assert len(REASONS) > 30


@pytest.mark.parametrize("bound", BOUNDS)
def test_every_bound_is_told(bound):
    assert f"`{bound}`" in LIMITS


@pytest.mark.parametrize("flag", FLAGS)
def test_every_flag_is_told(flag):
    assert f"`{flag}`" in LIMITS


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_is_told(reason):
    assert f"`{reason}`" in ERRORS


def test_tells_of_no_bound_that_is_not_there():
    assert set(re.findall(r"`(k[A-Z]\w+)`", LIMITS)) == set(BOUNDS)


def test_tells_of_no_reason_that_is_not_there():
    assert set(re.findall(r"`([A-Z]+(?:_[A-Z]+)+)`", LIMITS)) - {"RLIMIT_DATA", "RLIMIT_AS", "RLIMIT_NOFILE", "RLIMIT_FSIZE", "RLIMIT_CORE",
                                                                  "RLIMIT_MEMLOCK", "MAYFLY_MAX_EVENT"} <= set(REASONS)
