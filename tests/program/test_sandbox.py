"""How workers are locked in: what is said of it, and what is refused."""

import json
import re

import pytest

LEVELS = ["none", "seccomp", "landlock", "namespaces"]
HELLO = "function handler(event) { return event; }"


def finding(done):
    return next(one for one in done.json() if one["name"] == "sandbox")


def test_doctor_says_which_parts_are_in_use_and_why_others_are_not(mayfly):
    found = finding(mayfly("doctor", "--json"))
    assert found["detail"].split(":")[0] in LEVELS[1:]
    assert "seccomp" in found["detail"]
    assert (found["state"] == "good") == found["detail"].startswith("namespaces: ")
    chosen = finding(mayfly("doctor", "--json", "--sandbox=seccomp", "--cgroup=off"))
    assert chosen["detail"] == "seccomp: seccomp; without Landlock (not chosen by --sandbox), namespaces (not chosen by --sandbox), control groups (turned off by --cgroup)"


def test_the_server_says_its_level_in_its_log(start_server):
    assert "workers are locked in by seccomp: seccomp; without Landlock" in start_server("--sandbox=seccomp").log()


@pytest.mark.parametrize("command", [["serve", "--port=0", "--grpc-port=0", "--data-dir=data"], ["run", "f.js"]])
def test_it_does_not_start_below_the_least_level(mayfly, tmp_path, command):
    (tmp_path / "f.js").write_text(HELLO)
    refused = mayfly(*command, "--sandbox=seccomp", "--min-sandbox=landlock")
    assert refused.code == 2
    assert "--sandbox=seccomp is below --min-sandbox=landlock" in refused.stderr


def test_a_debugger_excludes_the_highest_level(mayfly):
    refused = mayfly("serve", "--port=0", "--grpc-port=0", "--data-dir=data", "--keep-crashed-worker", "--min-sandbox=namespaces")
    assert refused.code == 2
    assert "--min-sandbox=namespaces can't be had: the sandbox's level here is " in refused.stderr
    assert "namespaces (left out by --keep-crashed-worker)" in refused.stderr


def test_an_unknown_level_is_refused(mayfly, tmp_path):
    (tmp_path / "f.js").write_text(HELLO)
    assert mayfly("run", "f.js", "--min-sandbox=fortress").code == 2
    assert mayfly("run", "f.js", "--sandbox=none").code == 2


def test_control_groups_are_used_or_missed_with_the_reason(mayfly, start_server):
    used, _, missing = finding(mayfly("doctor", "--json"))["detail"].partition("; without ")
    assert re.search(r", control groups \((memory|pids|memory, pids)\)$", used) or re.search(r"(^|, )control groups \([^)]", missing)
    assert "control groups (turned off by --cgroup)" in start_server("--cgroup=off").log()


def test_where_control_groups_are_required_and_missing_nothing_starts(mayfly, tmp_path):
    (tmp_path / "f.js").write_text(HELLO)
    done = mayfly("run", "f.js", "--cgroup=require")
    if done.code == 0:
        pytest.skip("control groups work here, for commands too")
    assert done.code == 2
    assert "--cgroup=require can't be had: the sandbox's level here is " in done.stderr


def test_an_unknown_use_of_control_groups_is_refused(mayfly):
    refused = mayfly("serve", "--cgroup=requir")
    assert refused.code == 2
    assert "'requir' is none of auto, off, require; did you mean 'require'?" in refused.stderr


@pytest.mark.parametrize("level", LEVELS[1:])
def test_functions_run_at_each_level(mayfly, tmp_path, level):
    here = finding(mayfly("doctor", "--json"))["detail"].split(":")[0]
    if LEVELS.index(level) > LEVELS.index(here):
        pytest.skip(f"this machine has {here}")
    (tmp_path / "f.js").write_text(HELLO)
    (tmp_path / "g.py").write_text("import json, sqlite3\ndef handler(event):\n    return sqlite3.connect(':memory:').execute('select 7').fetchone()")
    for isolation in ("fresh", "rewind"):
        assert mayfly("run", "f.js", "[1]", f"--sandbox={level}", f"--isolation={isolation}").stdout == "[1]\n"
        assert json.loads(mayfly("run", "g.py", f"--sandbox={level}", f"--isolation={isolation}").stdout) == [7]
