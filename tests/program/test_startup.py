"""What `mayfly serve` says, refuses and takes."""

import pytest
from harness import cli

JS = "function handler(event) { return event; }"


def serve(*flags, cwd, **options):
    return cli.mayfly("serve", "--port", "0", "--grpc-port", "0", *flags, cwd=cwd, **options)


def test_it_says_what_it_serves_and_where(server):
    log = server.log()
    assert f"http://127.0.0.1:{server.http_port}" in log
    assert f"127.0.0.1:{server.grpc_port}" in log
    assert str(server.data_dir) in log


def test_a_store_that_a_server_holds_is_refused(server, tmp_path, mayfly):
    done = serve("--data-dir", server.data_dir, cwd=tmp_path)
    assert done.code != 0
    assert str(server.data_dir) in done.stderr
    local = mayfly("list", "--local", "--data-dir", server.data_dir)
    assert local.code != 0
    assert "server" in local.stderr
    assert server.http.get("/health").status == 200


def test_a_port_that_is_taken_is_refused(server, tmp_path):
    for port, grpc_port, taken in ((server.http_port, 0, server.http_port), (0, server.grpc_port, server.grpc_port)):
        done = cli.mayfly("serve", "--port", port, "--grpc-port", grpc_port, "--data-dir", "data", cwd=tmp_path)
        assert done.code != 0
        assert str(taken) in done.stderr


@pytest.mark.parametrize("flags", [["--max-workers", "0"], ["--port", "70000"], ["--port", "x"], ["--nope"], ["--role", "queen"], ["--max-workerz", "2"]])
def test_a_wrong_flag_is_refused(tmp_path, flags):
    done = serve("--data-dir", "data", *flags, cwd=tmp_path)
    assert done.code == 2
    assert flags[0] in done.stderr


def test_a_data_dir_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    done = serve("--data-dir", "file/data", cwd=tmp_path)
    assert done.code not in (0, -6, -11, 134, 139)
    assert "file/data" in done.stderr


def test_the_data_dir_is_private(server):
    assert server.data_dir.stat().st_mode & 0o077 == 0 or all(p.stat().st_mode & 0o077 == 0 for p in server.data_dir.iterdir())


def test_workers_hold_no_environment_of_the_host(start_server, monkeypatch):
    monkeypatch.setenv("MAYFLY_SECRET_OF_THE_HOST", "s3cret")
    server = start_server()
    server.http.deploy("f", "python", "import os\ndef handler(event):\n    return dict(os.environ)\n")
    assert b"s3cret" not in server.http.invoke("f").body
    from harness import processes
    import pathlib

    family = server.workers()
    assert len(family) >= 2
    for pid in family:
        if processes.stat(pid):
            try:
                assert b"s3cret" not in pathlib.Path(f"/proc/{pid}/environ").read_bytes()
            except PermissionError:
                pass  # A locked worker shows it to nobody.
