"""What a function's top level opens, maps or shares is no memory that a rewind restores: such a function gets a new worker for each call."""

import pytest

OPENS = {
    "a pipe": ("import os\nr, w = os.pipe()\nos.set_blocking(r, False)\n", "os.write(w, b'planted')", "os.read(r, 9)"),
    "a pair of sockets": ("import socket\nr, w = socket.socketpair()\nr.setblocking(False)\n", "w.send(b'planted')", "r.recv(9)"),
    "an eventfd": ("import os\nr = os.eventfd(0, os.EFD_NONBLOCK)\n", "os.eventfd_write(r, 7)", "os.eventfd_read(r)"),
    "a mapping that a call empties": (
        "import mmap\nm = mmap.mmap(-1, 65536, flags=mmap.MAP_PRIVATE)\nm[0] = 1\n", "m.madvise(mmap.MADV_DONTNEED)", "1 / (1 - m[0])"
    ),
    "a mapping that a call replaces": (
        "import mmap\nm = [mmap.mmap(-1, 65536, flags=mmap.MAP_PRIVATE)]\nm[0][0] = 1\n",
        "m.pop().close(); m.append(mmap.mmap(-1, 65536, flags=mmap.MAP_PRIVATE))",
        "1 / (1 - m[0][0])",
    ),
    "shared memory": ("import mmap\nm = mmap.mmap(-1, 4096)\n", "m[0] = 7", "1 / m[0]"),
}


@pytest.mark.parametrize("what", OPENS)
def test_nothing_lasts_in(http, function_id, what):
    top_level, plant, look = OPENS[what]
    handler = f"def handler(event):\n    try:\n        seen = repr({look})\n    except (BlockingIOError, ZeroDivisionError):\n        seen = None\n    {plant}\n    return seen\n"
    http.deploy(function_id, "python", top_level + handler)
    assert [http.invoke(function_id).body for _ in range(4)] == [b"null"] * 4


def test_a_descriptor_that_stands_for_another_is_put_right(http, function_id):
    source = "import os, socket\na, b = socket.socketpair()\nr, w = os.pipe()\ndef handler(event):\n    seen = os.fstat(r).st_mode == os.fstat(w).st_mode\n    os.dup2(a.fileno(), r)\n    return seen\n"
    http.deploy(function_id, "python", source)
    assert [http.invoke(function_id).body for _ in range(4)] == [b"true"] * 4


def test_stdio_and_the_channel_can_be_neither_closed_nor_replaced(http, function_id):
    source = "import os\ndef handler(event):\n    refused = 0\n    for fd in range(4):\n        for replace in (os.close, lambda n: os.dup2(5, n)):\n            try:\n                replace(fd)\n            except PermissionError:\n                refused += 1\n    return refused\n"
    http.deploy(function_id, "python", source)
    assert [http.invoke(function_id).body for _ in range(4)] == [b"8"] * 4


def test_a_function_too_scattered_for_a_checkpoint_gets_a_new_worker_for_each_call(server, http, function_id):
    # Every sixth page of 240 MiB; a private area would be a mapping of the function's own.
    source = "import ctypes\narea = bytes(240 << 20)\nfor at in range(8192, 239 << 20, 6 * 4096):\n    ctypes.memset(id(area) + at, 1, 1)\nseen = []\ndef handler(event):\n    seen.append(1)\n    return len(seen)\n"
    http.deploy(function_id, "python", source, memoryLimitMib=512)
    replies = [http.invoke(function_id) for _ in range(3)]
    assert [(reply.status, reply.body) for reply in replies] == [(200, b"1")] * 3
    assert [reply.header("Mayfly-Start") for reply in replies[1:]] == ["cold"] * 2
    assert "no checkpoint: the memory is too scattered" in server.log()
