"""Each command of the documents that is marked to be run works as it is printed.

A fenced block that begins with ```sh run is run, in the order of its document, in one folder and against a live server. Where the
text that follows at once is a block that begins with ```text output, it is what the command prints; "…" in it stands for anything.
"""

import os
import re
import subprocess

import pytest
from harness.paths import BINARY, ROOT

DOCUMENTS = ["README.md", *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```sh run\n(?P<commands>.*?)^```\n(\n?(prints:?\n\n)?```text output\n(?P<output>.*?)^```\n)?", re.MULTILINE | re.DOTALL)


def blocks(document):
    return list(BLOCK.finditer((ROOT / document).read_text()))


@pytest.mark.parametrize("document", [document for document in DOCUMENTS if blocks(document)])
def test_commands_work_as_printed(document, start_server, tmp_path):
    server = start_server()
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "run").symlink_to(BINARY)
    environment = {**os.environ, "MAYFLY_SERVER": server.grpc_address, "PATH": f"{ROOT / 'tests/harness/bin'}:{os.environ['PATH']}"}
    for block in blocks(document):
        commands = block["commands"].replace("127.0.0.1:8080", f"127.0.0.1:{server.http_port}")
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", commands], cwd=folder, env=environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, f"{commands}\n{done.stdout}\n{done.stderr}"
        if block["output"] is not None:
            pattern = ".*?".join(re.escape(part) for part in block["output"].rstrip("\n").split("…"))
            assert re.fullmatch(pattern, done.stdout.rstrip("\n"), re.DOTALL), f"{commands}\n{done.stdout}"


def test_the_readme_has_commands_that_are_run():
    assert blocks("README.md")


@pytest.mark.parametrize("document", DOCUMENTS + ["clients/python/README.md", "clients/cpp/README.md"])
def test_links_lead_somewhere(document):
    text = (ROOT / document).read_text()
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        assert ((ROOT / document).parent / target).exists(), f"{document} links to {target}"
