"""Fixtures of whole-program tests. A conftest.py imports them all."""

import pytest
from harness import cli, processes
from harness.server import Server


@pytest.fixture(scope="session", autouse=True)
def adopt_orphans():
    processes.adopt_orphans()


@pytest.fixture(scope="session")
def server(tmp_path_factory, adopt_orphans):
    """One server for all tests that do not harm it: each uses function ids of its own."""
    running = Server(data_dir=tmp_path_factory.mktemp("server"))
    yield running
    running.stop()


@pytest.fixture
def start_server(tmp_path):
    """Starts servers for one test: start_server("--flag", …). Those it leaves running are stopped, as `server` is."""
    started = []

    def start(*flags, data_dir=None, **options):
        one = Server(*flags, data_dir=data_dir or tmp_path / f"data-{len(started)}", **options)
        started.append(one)
        return one

    yield start
    for one in started:
        if one.running:
            one.stop()


@pytest.fixture
def http(server):
    return server.http


@pytest.fixture
def rpc(server):
    return server.rpc


@pytest.fixture
def mayfly(tmp_path):
    """The command line in an empty folder: mayfly("list", …)."""

    def run(*arguments, cwd=tmp_path, **options):
        return cli.mayfly(*arguments, cwd=cwd, **options)

    return run


@pytest.fixture
def function_id(request):
    """An id that no other test uses."""
    name = request.node.name.removeprefix("test_")
    return "".join(c if c.isalnum() else "-" for c in name)[-100:].strip("-")
