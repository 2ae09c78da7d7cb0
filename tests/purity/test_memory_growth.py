"""What a call has allocated goes back to the kernel, call after call."""

import pytest
from harness import processes

CALLS = 200
SOURCES = {
    "js": "function handler() { const parts = []; for (let i = 0; i < 50; i++) parts.push(new Uint8Array(1 << 20).fill(7)); return parts.length; }",
    "python": "def handler(event):\n    parts = [bytearray(b'7') * (1 << 20) for _ in range(50)]\n    return len(parts)\n",
}


@pytest.mark.parametrize("language", SOURCES)
def test_a_worker_is_no_larger_after_many_calls_than_after_ten(server, http, function_id, language):
    http.deploy(function_id, language, SOURCES[language])
    sizes = []
    for _ in range(CALLS):
        reply = http.invoke(function_id)
        assert reply.body == b"50"
        if len(sizes) < 10 or len(sizes) == CALLS - 1:
            sizes.append(sizes_of_workers(server))
        else:
            sizes.append(None)
    assert reply.header("Mayfly-Start") == "warm"
    assert sizes[-1].keys() == sizes[9].keys()
    for pid, (mapped, resident) in sizes[-1].items():
        assert mapped == sizes[9][pid][0]
        # In pages: what a call faults in of the libraries may still grow a little.
        assert resident <= sizes[9][pid][1] + 256


def sizes_of_workers(server):
    """pid → mapped and resident pages."""
    return {pid: tuple(int(n) for n in open(f"/proc/{pid}/statm").read().split()[:2]) for pid in processes.descendants(server.process.pid)}
