"""What a call has allocated goes back to the kernel, call after call."""

import pathlib

import pytest
from harness import processes

CALLS = 10_000
MIB = 50
# A call that writes to every page of what it has allocated takes 10 ms and more: one in so many does. The others write to few, or to none.
FULL = 100
SOURCES = {
    "js": """
function handler({ mib, full }) {
  if (full) return Array.from({ length: mib }, () => new Uint8Array(1 << 20).fill(7)).length;
  const area = new Uint8Array(mib << 20);
  for (let at = 0; at < area.length; at += 1 << 18) area[at] = 7;
  return area.length >> 20;
}
""",
    "python": """
def handler(event):
    if event["full"]:
        return len([bytearray(b"7") * (1 << 20) for _ in range(event["mib"])])
    return len(bytes(event["mib"] << 20)) >> 20
""",
}


@pytest.mark.parametrize("language", SOURCES)
def test_a_worker_is_no_larger_after_ten_thousand_calls_than_after_ten(server, http, function_id, language):
    http.deploy(function_id, language, SOURCES[language])
    with http.keep_alive() as connection:
        allocate(connection, function_id, range(10))
        before = sizes_of_workers(server, http, function_id)
        allocate(connection, function_id, range(10, CALLS))
        after = sizes_of_workers(server, http, function_id)
    assert after.keys() == before.keys()
    for pid, (mapped, resident) in after.items():
        assert mapped == before[pid][0]
        # In pages: a call may still fault in a little of the libraries.
        assert resident <= before[pid][1] + 256


def allocate(connection, id, numbers):
    for number in numbers:
        full = number < 10 or number % FULL == 0
        assert connection.invoke(id, {"mib": MIB, "full": full}).body == b"50"


def sizes_of_workers(server, http, id):
    """pid → mapped and resident pages. A call that allocates nothing is answered when the rewind after the one before is done."""
    reply = http.invoke(id, {"mib": 0, "full": False})
    assert (reply.body, reply.header("Mayfly-Start")) == (b"0", "warm")
    sizes = {}
    for zygote in processes.children(server.process.pid):
        for pid in processes.children(zygote):
            statm = pathlib.Path(f"/proc/{pid}/statm").read_text()
            sizes[pid] = tuple(int(number) for number in statm.split()[:2])
    return sizes
