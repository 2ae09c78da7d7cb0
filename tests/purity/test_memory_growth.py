"""What a call has allocated goes back to the kernel, call after call."""

import pathlib

import pytest
from harness import processes

CALLS = 200
SOURCES = {
    "js": "function handler({ mib }) { const parts = []; while (parts.length < mib) parts.push(new Uint8Array(1 << 20).fill(7)); return parts.length; }",
    "python": "def handler(event):\n    return len([bytearray(b'7') * (1 << 20) for _ in range(event['mib'])])\n",
}


@pytest.mark.parametrize("language", SOURCES)
def test_a_worker_is_no_larger_after_many_calls_than_after_ten(server, http, function_id, language):
    http.deploy(function_id, language, SOURCES[language])
    allocate(http, function_id, 10)
    before = sizes_of_workers(server, http, function_id)
    allocate(http, function_id, CALLS - 10)
    after = sizes_of_workers(server, http, function_id)
    assert after.keys() == before.keys()
    for pid, (mapped, resident) in after.items():
        assert mapped == before[pid][0]
        # In pages: a call may still fault in a little of the libraries.
        assert resident <= before[pid][1] + 256


def allocate(http, id, calls):
    for _ in range(calls):
        assert http.invoke(id, {"mib": 50}).body == b"50"


def sizes_of_workers(server, http, id):
    """pid → mapped and resident pages. A call that allocates nothing is answered when the rewind after the one before is done."""
    reply = http.invoke(id, {"mib": 0})
    assert (reply.body, reply.header("Mayfly-Start")) == (b"0", "warm")
    sizes = {}
    for zygote in processes.children(server.process.pid):
        for pid in processes.children(zygote):
            statm = pathlib.Path(f"/proc/{pid}/statm").read_text()
            sizes[pid] = tuple(int(number) for number in statm.split()[:2])
    return sizes
