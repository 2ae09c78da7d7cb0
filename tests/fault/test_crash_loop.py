"""A function that crashes each time it is called, as often as its callers like: others are answered all the while."""

import concurrent.futures

import pytest
from harness.bystander import Bystander
from harness.footprint import Footprint

CRASHES = 100
CALLERS = 8


@pytest.mark.parametrize("isolation", ["rewind", "fresh"])
def test_a_crash_loop_leaves_others_their_answers(start_server, isolation):
    server = start_server(f"--isolation={isolation}", "--max-workers", "3", "--max-workers-per-function", "2")
    server.http.deploy("f", "python", "import os\ndef handler(event):\n    os.abort()\n", timeoutMillis=60_000)
    with Bystander(server, "python") as bystander, concurrent.futures.ThreadPoolExecutor(CALLERS) as pool:
        footprint = Footprint(server, python=1)
        calls = [pool.submit(server.http.invoke, "f") for _ in range(CRASHES)]
        for call in calls:
            reply = call.result()
            assert (reply.status, reply.reason) == (500, "WORKER_CRASHED")
        bystander.assert_answers()
        footprint.assert_back()
