"""docs/metrics.md tells of every metric, its type and its labels, and of none that is not there."""

import re

import pytest
from harness.metrics_page import told
from tree import ROOT, files

CODE = (ROOT / "mayfly/metrics.cc").read_text()
PAGE = (ROOT / "docs/metrics.md").read_text()
TOLD = told()
NAMES = sorted(set(re.findall(r'"((?:mayfly|process)_[a-z_]+)"', CODE)))
UNITS = {"seconds", "bytes"}


def test_finds_what_is_to_be_told():
    assert len(NAMES) > 25
    assert {"mayfly_sandbox_level", "mayfly_invocations_total", "process_open_fds"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_metric_is_told(name):
    assert name in TOLD


def test_tells_of_no_metric_that_is_not_there():
    assert sorted(TOLD) == NAMES
    mentioned = set(re.findall(r"\b((?:mayfly|process)_[a-z_]+)", PAGE))
    series = {name + suffix for name, (kind, _) in TOLD.items() if kind == "histogram" for suffix in ("_bucket", "_sum", "_count")}
    assert mentioned - series <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_names_follow_the_conventions(name):
    kind = TOLD[name][0]
    assert kind in ("counter", "gauge", "histogram")
    assert (kind == "counter") == name.endswith("_total")
    assert kind != "histogram" or name.rpartition("_")[2] in UNITS


def test_no_label_can_grow_without_bound():
    labels = set().union(*(labels for _, labels in TOLD.values()))
    assert labels == {"version", "level", "part", "strategy", "way", "call", "engine", "outcome", "start", "state", "code"}


def test_prometheus_is_known_to_the_composition_root_alone():
    users = [path for path in files("*.h", "*.cc", "*.bazel") if re.search(r"#include <prometheus/|:prometheus_core", (ROOT / path).read_text())]
    assert {path.split("/")[0] for path in users} == {"mayfly"}
