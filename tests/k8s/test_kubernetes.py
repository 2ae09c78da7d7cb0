"""k8s/ renders, fits the schemas of Kubernetes to the letter, and keeps what it promises."""

import copy
import pathlib
import re
import subprocess
import sys

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
OVERLAYS = ("base", "overlays/gke")
# The oldest that has everything used here (preStop's sleep), and the newest whose schema is bundled.
VERSIONS = ("1.30", "1.37")


def output(*command):
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def objects(overlay):
    return list(yaml.safe_load_all(output("kustomize", "build", f"k8s/{overlay}")))


def one(overlay, kind, name="mayfly"):
    [found] = [o for o in objects(overlay) if (o["kind"], o["metadata"]["name"]) == (kind, name)]
    return found


@pytest.fixture(scope="session")
def schemas():
    sys.path.append(output("tools/python-packages").strip())
    import kubernetes_validate

    return kubernetes_validate


@pytest.fixture(params=OVERLAYS)
def overlay(request):
    return request.param


@pytest.fixture
def stateful_set(overlay):
    return one(overlay, "StatefulSet")["spec"]


@pytest.fixture
def pod(stateful_set):
    return stateful_set["template"]["spec"]


@pytest.fixture
def container(pod):
    [container] = pod["containers"]
    return container


@pytest.mark.parametrize("version", VERSIONS)
def test_fits_the_schemas_strictly(overlay, version, schemas):
    rendered = objects(overlay)
    assert [o["kind"] for o in rendered] == ["Namespace", "Service", "Service", "StatefulSet", "NetworkPolicy"]
    for o in rendered:
        schemas.validate(o, version, strict=True)


def test_the_check_refuses_an_unknown_key(overlay, schemas):
    wrong = copy.deepcopy(one(overlay, "StatefulSet"))
    wrong["spec"]["template"]["spec"]["containers"][0]["securityContext"]["runAsNoneRoot"] = True
    with pytest.raises(schemas.ValidationError):
        schemas.validate(wrong, VERSIONS[-1], strict=True)


def test_all_but_the_namespace_is_in_the_namespace(overlay):
    for o in objects(overlay):
        assert o["kind"] == "Namespace" or o["metadata"]["namespace"] == "mayfly"


def test_one_server_writes_the_store(stateful_set, container):
    assert stateful_set["replicas"] == 1
    [claim] = stateful_set["volumeClaimTemplates"]
    assert claim["spec"]["accessModes"] in (["ReadWriteOnce"], ["ReadWriteOncePod"])
    mounts = {m["name"]: m["mountPath"] for m in container["volumeMounts"]}
    [data_dir] = [a for a in container["args"] if a.startswith("--data-dir=")]
    assert data_dir.startswith(f"--data-dir={mounts[claim['metadata']['name']]}/")


def test_runs_without_any_privilege(pod, container):
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] >= 10000
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "privileged": False,
        "readOnlyRootFilesystem": True,
    }
    assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.keys()


def test_callers_need_a_token_that_comes_from_a_secret(pod, container):
    assert "--address=0.0.0.0" in container["args"]
    assert "--insecure-no-auth" not in container["args"]
    [token_file] = [a for a in container["args"] if a.startswith("--token-file=")]
    [mount] = [m for m in container["volumeMounts"] if token_file.startswith(f"--token-file={m['mountPath']}/")]
    assert mount["readOnly"] is True
    [volume] = [v for v in pod["volumes"] if v["name"] == mount["name"]]
    assert volume["secret"] == {"secretName": "mayfly-token", "defaultMode": 0o440}


def test_the_policy_lets_labelled_callers_in_and_nothing_out(overlay):
    policy = one(overlay, "NetworkPolicy")["spec"]
    assert policy["podSelector"] == {"matchLabels": {"app.kubernetes.io/name": "mayfly"}}
    assert policy["policyTypes"] == ["Ingress", "Egress"]
    assert policy["egress"] == []
    caller = {"matchLabels": {"mayfly.dev/client": "true"}}
    scraper = {"matchLabels": {"mayfly.dev/metrics": "true"}}
    assert policy["ingress"] == [
        {
            "from": [{"podSelector": caller}, {"namespaceSelector": caller}],
            "ports": [{"protocol": "TCP", "port": "http"}, {"protocol": "TCP", "port": "grpc"}],
        },
        {"from": [{"podSelector": scraper}, {"namespaceSelector": scraper}], "ports": [{"protocol": "TCP", "port": "metrics"}]},
    ]


def test_the_metrics_are_where_the_pod_says(overlay, stateful_set, container):
    [port] = [p["containerPort"] for p in container["ports"] if p["name"] == "metrics"]
    assert {f"--metrics-port={port}", "--metrics-address=0.0.0.0"} <= set(container["args"])
    annotations = stateful_set["template"]["metadata"]["annotations"]
    scrape = {key: value for key, value in annotations.items() if key.startswith("prometheus.io/")}
    assert scrape == {"prometheus.io/scrape": "true", "prometheus.io/port": str(port), "prometheus.io/path": "/metrics"}
    [metrics] = [p for p in one(overlay, "Service", "mayfly-pods")["spec"]["ports"] if p["name"] == "metrics"]
    assert (metrics["port"], metrics["targetPort"]) == (port, "metrics")


def test_no_service_is_reachable_from_outside_the_cluster(overlay):
    for o in objects(overlay):
        if o["kind"] == "Service":
            assert o["spec"].get("type", "ClusterIP") == "ClusterIP"
            assert o["spec"]["selector"] == {"app.kubernetes.io/name": "mayfly"}


def test_the_pod_has_the_time_to_drain(pod, container):
    limits = (ROOT / "base/limits.h").read_text()
    drain_seconds = int(re.search(r"kDrainTimeMax = absl::Seconds\((\d+)\)", limits).group(1))
    assert f"--drain-timeout={drain_seconds}s" in container["args"]
    stop_seconds = container["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert pod["terminationGracePeriodSeconds"] > drain_seconds + stop_seconds


def test_each_probe_asks_the_grpc_port(container):
    ports = {p["name"]: p["containerPort"] for p in container["ports"]}
    assert {f"--port={ports['http']}", f"--grpc-port={ports['grpc']}"} <= set(container["args"])
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert container[probe]["grpc"] == {"port": ports["grpc"]}


def test_memory_and_disk_are_limited(container):
    for resources in ("requests", "limits"):
        assert container["resources"][resources].keys() == {"cpu", "memory", "ephemeral-storage"}
