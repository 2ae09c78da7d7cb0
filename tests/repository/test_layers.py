"""The layer table (layers.txt) holds: includes point the way a request travels."""

import re
import subprocess

import pytest
from tree import ROOT, files

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.MULTILINE)
# Headers that stand in one folder alone.
ENGINE_HEADERS = {"v8": "runtime/js", "libplatform/": "runtime/js", "Python.h": "runtime/python"}


def layer_table():
    table = {}
    for line in (ROOT / "tests/repository/layers.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            folder, *allowed = line.split()
            table[folder] = allowed
    return table


SOURCES = files("*.h", "*.cc")


def layer_of(path, table):
    """The longest entry of the table that `path` lies in. Generated headers of the contract belong to proto."""
    if path.startswith("mayfly/v1/"):
        return "proto"
    stem = re.sub(r"(_test)?\.(h|cc)$", "", path)
    found = [layer for layer in table if path.startswith(layer + "/") or stem == layer]
    return max(found, key=len, default=None)


def allowed(layer, included, table):
    return any(included == name or included.startswith(name + "/") for name in [layer, *table[layer]])


@pytest.mark.parametrize("path", SOURCES)
def test_includes_only_what_its_layer_may(path):
    table = layer_table()
    layer = layer_of(path, table)
    assert layer is not None, f"{path} lies in no folder of layers.txt"
    for mark, header in INCLUDE.findall((ROOT / path).read_text()):
        included = layer_of(header, table) if mark == '"' else None
        if included is None:
            continue
        # A base target of its own may be included as base is.
        if included.startswith("base/") and layer != "base":
            included = "base"
        assert allowed(layer, included, table), f"{path} ({layer}) may not include {header} ({included})"


@pytest.mark.parametrize("path", SOURCES)
def test_engine_headers_stay_in_one_folder(path):
    for mark, header in INCLUDE.findall((ROOT / path).read_text()):
        for prefix, folder in ENGINE_HEADERS.items():
            if header.startswith(prefix) and mark == "<" or header == prefix:
                assert path.startswith(folder + "/"), f"{path} includes {header}, which stands in {folder} alone"


def test_the_gateway_names_no_message_of_the_contract():
    for path in SOURCES:
        if path.startswith("gateway/") and not path.endswith("_test.cc"):
            text = (ROOT / path).read_text()
            assert not re.search(r"mayfly/v1/(?!options\.pb\.h)", text), f"{path} includes a message of mayfly.v1"
            assert not re.search(r"\bv1::", text), f"{path} names a message of mayfly.v1"


def test_the_serving_process_links_no_engine():
    linked = subprocess.run(
        ["ldd", ROOT / "bazel-bin/mayfly/mayfly"], check=True, capture_output=True, text=True).stdout
    assert "libgrpc++" in linked
    assert "libnode" not in linked
    assert "libpython" not in linked
