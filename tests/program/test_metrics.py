"""Metrics as a Prometheus server reads them: both doors, and what known calls do to the figures."""

import http.client
import json
import os
import pathlib
import re
import signal
import subprocess
import sys

import pytest
from harness import processes, waiting
from harness.http import Http
from harness.metrics_page import told
from harness.paths import BINARY, ROOT

TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8"
JS = "function handler(event) { if (event === 'throw') throw new Error('no'); return event; }"
PYTHON = "def handler(event):\n    return event\n"


@pytest.fixture(scope="session")
def parse():
    """The client library's own parser; its families by name."""
    sys.path.append(subprocess.run(["tools/python-packages"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip())
    from prometheus_client import parser

    return lambda text: {family.name: family for family in parser.text_string_to_metric_families(text)}


@pytest.fixture
def scrape(parse):
    """The samples at a door: a value for each name and labels."""

    def samples(door):
        reply = door.get("/metrics")
        assert (reply.status, reply.header("Content-Type")) == (200, TEXT_FORMAT)
        found = {}
        for family in parse(reply.body.decode()).values():
            for sample in family.samples:
                key = (sample.name, *sorted(sample.labels.items()))
                assert key not in found, f"{key} stands twice"
                found[key] = sample.value
        return found

    return samples


def key(name, **labels):
    return (name, *sorted(labels.items()))


def levels(shown):
    """The sandbox's levels, by name."""
    return {dict(k[1:])["level"]: value for k, value in shown.items() if k[0] == "mayfly_sandbox_level"}


def grown(before, after, names):
    """What counters have grown by, of those whose names begin so: only those that have."""
    return {k: after[k] - before.get(k, 0) for k in after if k[0].startswith(names) and after[k] != before.get(k, 0)}


def test_every_metric_is_of_the_type_and_labels_that_the_page_tells(start_server, parse):
    server = start_server("--metrics-port", "0")
    server.http.deploy("f", "js", JS)
    server.http.invoke("f")
    text = server.http.get("/metrics").body.decode()
    families = parse(text)
    shown = {}
    for family in families.values():
        assert family.documentation
        labels = {label for sample in family.samples for label in sample.labels} - {"le"}
        shown[family.name + ("_total" if family.type == "counter" else "")] = (family.type, labels)
    page = told()
    assert shown == page
    # Each family stands once, with its HELP and TYPE before its samples.
    for name, (kind, _) in page.items():
        assert re.search(rf"^# HELP {name} .+\n# TYPE {name} {kind}\n{name}", text, re.MULTILINE)
        assert text.count(f"# TYPE {name} ") == 1
    assert len(text.splitlines()) < 400


def test_known_calls_are_counted_exactly(start_server, scrape):
    server = start_server("--max-workers-per-function", "1")
    door = server.http
    door.deploy("f", "js", JS)
    door.deploy("g", "python", PYTHON)
    door.invoke("g", "1")
    before = scrape(door)
    for _ in range(3):
        assert door.invoke("f", "1").status == 200
    assert door.invoke("f", '"throw"').reason == "FUNCTION_THREW"
    for _ in range(2):
        assert door.invoke("g", "1").status == 200
    assert door.invoke("nothing", "1").reason == "FUNCTION_NOT_FOUND"
    assert door.invoke("f", "{").reason == "EVENT_INVALID"
    assert door.post("/run", {"languageId": "python", "source": PYTHON, "event": 7}).body == b"7"
    door.deploy("h", "js", JS)
    after = scrape(door)
    assert grown(before, after, ("mayfly_invocations_total", "mayfly_invocation_starts_total")) == {
        key("mayfly_invocations_total", call="invoke", engine="js", outcome="OK"): 3,
        key("mayfly_invocations_total", call="invoke", engine="js", outcome="FUNCTION_THREW"): 1,
        key("mayfly_invocations_total", call="invoke", engine="python", outcome="OK"): 2,
        key("mayfly_invocations_total", call="invoke", engine="none", outcome="FUNCTION_NOT_FOUND"): 1,
        key("mayfly_invocations_total", call="invoke", engine="none", outcome="EVENT_INVALID"): 1,
        key("mayfly_invocations_total", call="run", engine="python", outcome="OK"): 1,
        key("mayfly_invocations_total", call="check", engine="js", outcome="OK"): 1,
        key("mayfly_invocation_starts_total", call="invoke", engine="js", start="cold"): 1,
        key("mayfly_invocation_starts_total", call="invoke", engine="js", start="warm"): 3,
        key("mayfly_invocation_starts_total", call="invoke", engine="python", start="warm"): 2,
        key("mayfly_invocation_starts_total", call="run", engine="python", start="cold"): 1,
        key("mayfly_invocation_starts_total", call="check", engine="js", start="cold"): 1,
    }
    for name, engine, count in [
        ("duration", "js", 4),
        ("duration", "python", 3),
        ("queue", "js", 4),
        ("queue", "python", 3),
        ("load", "js", 1),
        ("load", "python", 1),
    ]:
        counted, infinite = (key(f"mayfly_invocation_{name}_seconds_count", engine=engine), key(f"mayfly_invocation_{name}_seconds_bucket", engine=engine, le="+Inf"))
        assert after[counted] - before[counted] == after[infinite] - before[infinite] == count
    # The first scrape, too, but not the second: it is made before its answer is counted.
    assert grown(before, after, "mayfly_http_responses_total") == {
        key("mayfly_http_responses_total", code="2xx"): 3 + 2 + 1 + 1 + 1,
        key("mayfly_http_responses_total", code="4xx"): 2,
        key("mayfly_http_responses_total", code="5xx"): 1,
    }
    assert after[key("mayfly_functions")] - before[key("mayfly_functions")] == 1
    assert grown(before, after, "mayfly_worker_starts_total") == {
        key("mayfly_worker_starts_total", engine="js"): 2,
        key("mayfly_worker_starts_total", engine="python"): 1,
    }
    assert after[key("mayfly_invocation_cpu_seconds_total", engine="js")] > before[key("mayfly_invocation_cpu_seconds_total", engine="js")]


def test_workers_and_their_memory_are_shown(start_server, scrape):
    server = start_server("--max-workers", "3", "--max-worker-memory", "256", "--isolation", "fresh")
    server.http.deploy("f", "js", JS, memoryLimitMib=64)
    server.http.invoke("f")
    # What was made for the check is gone, and what was made for the call is pristine again, in a moment.
    idle = key("mayfly_workers", engine="js", state="idle")
    assert waiting.until(lambda: scrape(server.http)[idle] == 1)
    shown = scrape(server.http)
    assert shown[key("mayfly_workers", engine="js", state="busy")] == 0
    assert shown[key("mayfly_workers", engine="python", state="idle")] == 0
    assert shown[key("mayfly_worker_memory_caps_bytes")] == 64 << 20
    assert shown[key("mayfly_worker_memory_budget_bytes")] == 256 << 20
    assert shown[key("mayfly_workers_max")] == 3
    assert shown[key("mayfly_invocations_in_flight")] == shown[key("mayfly_invocations_waiting")] == 0
    assert shown[key("mayfly_isolation_strategy", strategy="fresh")] == 1
    assert sum(value for name, value in shown.items() if name[0] == "mayfly_rewind_way") == 0


def test_the_level_is_the_one_that_doctor_and_the_first_line_say(start_server, scrape, mayfly):
    server = start_server("--metrics-port", "0")
    shown = scrape(server.metrics)
    [finding] = [one for one in mayfly("doctor", "--json").json() if one["name"] == "sandbox"]
    doctors = finding["detail"].split(":")[0]
    assert levels(shown) == {level: level == doctors for level in ("none", "seccomp", "landlock", "namespaces")}
    assert f"  sandbox  {doctors}: " in server.log()
    for part in ("seccomp", "landlock", "namespaces"):
        used = finding["detail"].split(":")[1].split("without")[0].lower()
        assert shown[key("mayfly_sandbox_part", part=part)] == (part in used)
    way = {dict(k[1:])["way"] for k, value in shown.items() if k[0] == "mayfly_rewind_way" and value}
    assert way == ({server.rewind_way} if server.rewind_way else set())
    assert shown[key("mayfly_isolation_strategy", strategy=server.isolation)] == 1


def test_a_lower_level_is_shown_as_the_json_line_says_it(tmp_path, scrape):
    command = [BINARY, "serve", "--json", "--sandbox=seccomp", "--port=0", "--grpc-port=0", "--metrics-port=0", f"--data-dir={tmp_path / 'store'}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        said = json.loads(server.stdout.readline())
        port = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/metrics", said["metrics"])[1]
        shown = scrape(Http(int(port)))
        server.terminate()
    assert said["sandbox"]["level"] == "seccomp"
    assert levels(shown) == {"none": 0, "seccomp": 1, "landlock": 0, "namespaces": 0}
    assert shown[key("mayfly_sandbox_part", part="landlock")] == 0


def test_the_callers_door_asks_for_a_token_and_the_metrics_port_does_not(start_server, tmp_path):
    (tmp_path / "tokens").write_text("secret\n")
    server = start_server("--token-file", str(tmp_path / "tokens"), "--metrics-port", "0", token="secret")
    for method in ("GET", "HEAD", "POST"):
        assert Http(server.http_port).request(method, "/metrics").status == 401
    assert server.http.get("/metrics").status == 200
    assert server.metrics.get("/metrics").status == 200
    assert server.metrics.get("/health").body == b"OK"
    assert (server.metrics.get("/functions").status, server.metrics.post("/run", {}).status) == (404, 404)


def test_other_methods_are_answered_as_at_health(start_server):
    server = start_server("--metrics-port", "0")
    for door in (server.http, server.metrics):
        head = door.request("HEAD", "/metrics")
        assert (head.status, head.body, head.header("Content-Type")) == (200, b"", TEXT_FORMAT)
        assert int(head.header("Content-Length")) > 1000
        refused = door.post("/metrics", "")
        assert (refused.status, refused.reason, refused.header("Allow")) == (405, "METHOD_NOT_ALLOWED", "GET, HEAD, OPTIONS")
        assert door.request("OPTIONS", "/metrics").status == 204


def test_the_process_figures_are_the_kernels(start_server, scrape):
    server = start_server("--metrics-port", "0")
    shown = scrape(server.metrics)
    boot = int(re.search(r"^btime (\d+)", pathlib.Path("/proc/stat").read_text(), re.MULTILINE)[1])
    ticks = int(pathlib.Path(f"/proc/{server.pid}/stat").read_text().rpartition(") ")[2].split()[19])
    assert shown[key("process_start_time_seconds")] == pytest.approx(boot + ticks / os.sysconf("SC_CLK_TCK"), abs=1)
    assert 0 < shown[key("process_resident_memory_bytes")] < shown[key("process_virtual_memory_bytes")]
    assert scrape(server.metrics)[key("process_cpu_seconds_total")] >= shown[key("process_cpu_seconds_total")] > 0


def test_the_open_files_are_those_of_the_kernel(start_server):
    server = start_server("--metrics-port", "0")
    connection = http.client.HTTPConnection("127.0.0.1", server.metrics.port, timeout=60)

    def agree():
        """Counted on a connection that stays open, as the kernel counts while it does."""
        connection.request("GET", "/metrics")
        shown = int(re.search(rb"^process_open_fds (\d+)$", connection.getresponse().read(), re.MULTILINE)[1])
        return shown == len(os.listdir(f"/proc/{server.pid}/fd"))

    assert waiting.until(agree)
    connection.close()


def test_each_role_tells_what_it_has(start_server, scrape):
    control = start_server("--role=control", "--data-plane", "127.0.0.1:1", "--metrics-port", "0", http=False)
    data = start_server("--role=data", "--control-plane", control.grpc_address, "--metrics-port", "0", http=False)
    gateway = start_server("--role=gateway", "--control-plane", control.grpc_address, "--data-plane", data.grpc_address, "--metrics-port", "0", grpc=False)
    names = {role: {name for name, *_ in scrape(server.metrics)} for role, server in [("control", control), ("data", data), ("gateway", gateway)]}
    process = {name for name in names["control"] if name.startswith("process_")}
    assert len(process) == 6
    assert names["control"] == {"mayfly_build_info"} | process
    assert names["gateway"] == {"mayfly_build_info", "mayfly_http_connections", "mayfly_http_responses_total"} | process
    assert {"mayfly_sandbox_level", "mayfly_invocations_total", "mayfly_zygote_up"} <= names["data"]
    assert not any(name.startswith("mayfly_http") for name in names["data"])
    assert data.metrics.get("/health").body == b"OK"


def test_a_zygote_that_ends_is_seen(start_server, scrape):
    server = start_server("--metrics-port", "0")
    up, starts = key("mayfly_zygote_up", engine="js"), key("mayfly_zygote_starts_total", engine="js")
    assert waiting.until(lambda: scrape(server.metrics)[up] == 1)
    before = scrape(server.metrics)[starts]
    js = next(pid for pid in processes.children(server.pid) if b"js-worker" in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().partition(b"\0")[0])
    zygote = processes.family(js)[0]  # the other, if there is one yet, is the copy that stands by
    os.kill(zygote, signal.SIGKILL)
    assert waiting.until(lambda: scrape(server.metrics)[starts] == before + 1)
    assert waiting.until(lambda: scrape(server.metrics)[up] == 1)
    assert scrape(server.metrics)[key("mayfly_zygote_starts_total", engine="python")] == 1


def test_a_quarantined_function_is_seen(start_server, scrape):
    server = start_server("--metrics-port", "0", "--max-crashes", "1", "--min-quarantine", "60s")
    server.http.deploy("f", "python", "import ctypes\ndef handler(event):\n    ctypes.string_at(0)\n")
    assert scrape(server.metrics)[key("mayfly_functions_quarantined")] == 0
    assert server.http.invoke("f").reason == "WORKER_CRASHED"
    assert server.http.invoke("f").reason == "FUNCTION_QUARANTINED"
    shown = scrape(server.metrics)
    assert shown[key("mayfly_functions_quarantined")] == 1
    for outcome in ("WORKER_CRASHED", "FUNCTION_QUARANTINED"):
        assert shown[key("mayfly_invocations_total", call="invoke", engine="python", outcome=outcome)] == 1


@pytest.mark.parametrize("flags", [["--metrics-port=65536"], ["--metrics-port=x"], ["--metrics-port=0", "--metrics-address=here"]])
def test_a_port_or_an_address_that_is_none_is_refused(mayfly, flags):
    assert mayfly("serve", "--port=0", "--grpc-port=0", "--data-dir=data", *flags).code == 2


def test_a_taken_port_is_refused_by_its_flag(mayfly, server):
    refused = mayfly("serve", "--port=0", "--grpc-port=0", "--data-dir=data", f"--metrics-port={server.http_port}")
    assert refused.code == 2
    assert f"port {server.http_port}" in refused.stderr
    assert "choose another port with --metrics-port" in refused.stderr
