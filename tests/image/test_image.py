"""The Dockerfile builds as ./run does, and its image holds every library and file that the binaries need."""

import functools
import pathlib
import re
import subprocess

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
# What the binaries read beside what they link: Python's library, and its time zones.
DATA = ("/usr/lib/python3.14/os.py", "/usr/share/zoneinfo/Europe/Berlin")


def packages(stage):
    lines = (ROOT / "tools/debian-packages.txt").read_text().splitlines()
    return [line.split()[1] for line in lines if line.startswith(f"{stage} ")]


def binaries():
    """The targets of tools/build, as files."""
    [targets] = re.findall(r"^targets=\((.*)\)$", (ROOT / "tools/build").read_text(), re.MULTILINE)
    return ["bazel-bin/" + target.removeprefix("//").replace(":", "/") for target in targets.split()]


def output(*command):
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


@functools.cache
def installed():
    """What each package of the Debian root depends on: a list of alternatives for each dependency. A virtual package depends on its providers."""
    depends = {}
    for line in output("dpkg-query", "-W", "-f", "${Package}\t${Pre-Depends}, ${Depends}\t${Provides}\n").splitlines():
        package, wanted, provides = line.split("\t")
        names = [[re.match(r"[^ :(]*", a.strip())[0] for a in d.split("|")] for d in wanted.split(",") if d.strip()]
        depends[package] = names
        for provided in filter(None, (p.strip().split(" ")[0] for p in provides.split(","))):
            depends.setdefault(provided, []).append([package])
    return depends


@functools.cache
def in_the_image():
    """The run packages and what they depend on; of alternatives the first that is installed, as apt takes it."""
    found, to_do = set(), packages("run")
    while to_do:
        package = to_do.pop()
        if package in found or package not in installed():
            continue
        found.add(package)
        for alternatives in installed()[package]:
            to_do += [a for a in alternatives if a in installed()][:1]
    return found


def owners(paths):
    """The packages that files belong to, by path. dpkg may know a file by the path it had before /lib became a link to /usr/lib."""
    real = {path: str(pathlib.Path(path).resolve()) for path in paths}
    known = [k for r in real.values() for k in (r, r.removeprefix("/usr"))]
    answer = subprocess.run(["dpkg-query", "-S", *known], capture_output=True, text=True).stdout
    package = {line.split(": ")[1]: line.split(":")[0] for line in answer.splitlines()}
    return {path: package.get(r) or package.get(r.removeprefix("/usr")) for path, r in real.items()}


@pytest.mark.parametrize("package", packages("run"))
def test_each_run_package_comes_with_the_build_packages(package):
    assert package in installed()


@pytest.mark.parametrize("binary", binaries())
def test_each_library_of_a_binary_is_in_the_image(binary):
    lines = output("ldd", binary).splitlines()
    assert not [line for line in lines if "not found" in line]
    libraries = [word for line in lines for word in line.split() if word.startswith("/")]
    assert len(libraries) > 3
    assert {library: package for library, package in owners(libraries).items() if package not in in_the_image()} == {}


@pytest.mark.parametrize("path", DATA)
def test_what_the_binaries_read_is_in_the_image(path):
    assert owners([path])[path] in in_the_image()


def test_the_image_holds_no_compiler():
    assert not {"g++", "bazel-bootstrap", "libnode-dev", "python3-pip"} & in_the_image()


def test_both_stages_take_their_packages_from_the_list_alone():
    assert re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE) == ["debian:forky", "base", "base"]
    assert "RUN tools/debian-root\n" in DOCKERFILE
    [arguments] = re.findall(r"apt-get install (.*?)&&", DOCKERFILE)
    assert arguments.split("$")[0].split() == ["-y", "--no-install-recommends"]
    assert """$(awk '$1 == "run" { print $2 }' /usr/share/doc/mayfly/debian-packages.txt)""" in arguments


def test_builds_with_the_same_script_and_installs_all_it_builds():
    [build] = re.findall(r"^RUN tools/build && (.*)$", DOCKERFILE, re.MULTILINE)
    assert [word for word in build.split() if word.startswith("bazel-bin/")] == binaries()


def test_takes_another_archive_as_a_build_argument():
    base = DOCKERFILE.split("FROM base")[0]
    assert "\nARG MAYFLY_DEBIAN_MIRROR=\n" in base and "$MAYFLY_DEBIAN_MIRROR|" in base


def test_serves_as_the_user_of_the_kubernetes_manifests():
    pod = yaml.safe_load((ROOT / "k8s/base/stateful-set.yaml").read_text())["spec"]["template"]["spec"]
    user, group = pod["securityContext"]["runAsUser"], pod["securityContext"]["runAsGroup"]
    assert f"\nUSER {user}:{group}\n" in DOCKERFILE
    assert f"useradd --uid {user} " in DOCKERFILE
    assert DOCKERFILE.endswith('\nENTRYPOINT ["mayfly", "serve"]\n')
