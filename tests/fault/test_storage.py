"""A disk that is full, a database that is locked or damaged: writes are refused, the rest goes on, and it recovers by itself."""

import contextlib
import ctypes
import os
import sqlite3

import pytest
from harness import waiting
from harness.bystander import Bystander
from harness.footprint import Footprint

JS = "function handler(event) { return event; }"
TMPFS_BYTES = 4 << 20
SOURCE_BYTES = 100_000
libc = ctypes.CDLL(None, use_errno=True)


@pytest.fixture
def small_disk(tmp_path):
    """A folder on a file system of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if libc.mount(b"tmpfs", bytes(folder), b"tmpfs", 0, b"size=%d,mode=0700" % TMPFS_BYTES) != 0:
        pytest.skip(f"no file system may be mounted here: {os.strerror(ctypes.get_errno())}")
    yield folder
    libc.umount2(bytes(folder), 2)


def manifest(id, source=JS):
    return {"id": id, "languageId": "js", "source": source}


def assert_served(server):
    """Reads and calls go on."""
    assert server.http.get("/functions/f").json()["revision"] == 1
    assert "f" in [function["id"] for function in server.http.get("/functions").json()]
    assert server.http.invoke("f", "7").body == b"7"
    assert server.http.post("/run", {"languageId": "js", "source": JS, "event": 8}).body == b"8"
    assert server.http.get("/health").body == b"OK"


def assert_refused(reply, status, reason, code):
    assert (reply.status, reply.reason, reply.json()["status"]) == (status, reason, code), reply.body


def fill(folder):
    """Takes all the room there is, with a file that is returned."""
    filler = folder / "filler"
    with open(filler, "wb", buffering=0) as file:
        with contextlib.suppress(OSError):
            while True:
                file.write(b"\0" * 4096)
    return filler


def test_a_full_disk_refuses_writes_until_there_is_room(start_server, small_disk):
    server = start_server(data_dir=small_disk)
    server.http.deploy("f", "js", JS)
    with Bystander(server) as bystander:
        assert server.http.invoke("f", "7").body == b"7"
        footprint = Footprint(server, js=2)
        filler = fill(small_disk)
        big = JS + "//" + "x" * SOURCE_BYTES
        for id in ("f", "new"):
            assert_refused(server.http.post("/functions", manifest(id, big)), 429, "STORAGE_FULL", "RESOURCE_EXHAUSTED")
        assert server.http.get("/functions/new").status == 404
        assert_served(server)
        bystander.assert_answers()
        filler.unlink()
        assert server.http.post("/functions", manifest("new", big)).status == 201
        footprint.assert_back()
        assert server.http.deploy("f", "js", JS + "//2")["revision"] == 2
        assert server.http.delete("/functions/f").status == 200
    server.stop()
    again = start_server(data_dir=small_disk)
    assert again.http.get("/functions/new?view=FULL").json()["manifest"]["source"] == big


def test_a_locked_database_refuses_writes_until_it_is_let_go(start_server, tmp_path):
    server = start_server(data_dir=tmp_path / "data")
    server.http.deploy("f", "js", JS)
    with Bystander(server) as bystander, contextlib.closing(sqlite3.connect(tmp_path / "data/mayfly.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        for reply in (server.http.post("/functions", manifest("new")), server.http.delete("/functions/f")):
            assert_refused(reply, 503, "STORAGE_FAILED", "UNAVAILABLE")
        assert server.http.get("/functions/new").status == 404
        assert_served(server)
        bystander.assert_answers()
        other.execute("ROLLBACK")
        assert server.http.post("/functions", manifest("new")).status == 201
        assert server.http.invoke("new", "9").body == b"9"


def root_page(path, table):
    """(its number, the page size) of a table's root, with everything in the main file, which others read anew after this."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("UPDATE store SET function_count = function_count")
        assert other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
        (page,) = other.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", [table]).fetchone()
        return page, other.execute("PRAGMA page_size").fetchone()[0]


@contextlib.contextmanager
def damaged(path, *tables):
    """The tables' roots are overwritten, and put back as they were."""
    places = [root_page(path, table) for table in tables]
    with open(path, "r+b", buffering=0) as file:
        was = {}
        for page, size in places:
            was[(page - 1) * size] = os.pread(file.fileno(), size, (page - 1) * size)
            os.pwrite(file.fileno(), b"\xff" * size, (page - 1) * size)
        yield
        for offset, content in was.items():
            os.pwrite(file.fileno(), content, offset)


def test_a_database_damaged_where_writes_go_refuses_them_until_it_is_mended(start_server, tmp_path):
    server = start_server(data_dir=tmp_path / "data")
    server.http.deploy("f", "js", JS)
    with Bystander(server) as bystander:
        with damaged(tmp_path / "data/mayfly.db", "changes"):
            for reply in (server.http.post("/functions", manifest("new")), server.http.delete("/functions/f")):
                assert_refused(reply, 500, "STORAGE_FAILED", "INTERNAL")
            assert_served(server)
            bystander.assert_answers()
        assert server.http.get("/functions/new").status == 404
        assert server.http.post("/functions", manifest("new")).status == 201
        assert server.http.invoke("new", "9").body == b"9"


def test_a_database_damaged_everywhere_is_mended_without_a_restart(start_server, tmp_path):
    server = start_server(data_dir=tmp_path / "data")
    server.http.deploy("f", "js", JS)
    with Bystander(server) as bystander:
        with damaged(tmp_path / "data/mayfly.db", "functions", "revisions", "changes", "store"):
            for reply in (server.http.post("/functions", manifest("new")), server.http.get("/functions"), server.http.get("/functions/f")):
                assert_refused(reply, 500, "STORAGE_FAILED", "INTERNAL")
            # What the data plane knows, it goes on serving.
            assert server.http.invoke("f", "7").body == b"7"
            bystander.assert_answers()
        assert_served(server)
        assert server.http.post("/functions", manifest("new")).status == 201
        assert waiting.until(lambda: server.http.invoke("new", "9").body == b"9")
