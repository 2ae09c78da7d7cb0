"""A zygote that dies takes its calls with it, its copy goes on in its place, and nobody else feels it."""

import concurrent.futures
import os
import signal

import pytest
from harness import processes, waiting
from harness.bystander import Bystander
from harness.footprint import ENGINES, Footprint

LOOP = {
    "js": "function handler(loop) { while (loop) {} return 1; }",
    "python": "def handler(loop):\n    while loop:\n        pass\n    return 1\n",
}
OTHER = {"js": "python", "python": "js"}
CALLS = 3
KILLS = 8
BOOTING_TICKS = 20  # of about 80


@pytest.mark.parametrize("isolation", ["rewind", "fresh"])
@pytest.mark.parametrize("language", LOOP)
def test_a_killed_zygote_costs_its_calls_alone(start_server, language, isolation):
    server = start_server(f"--isolation={isolation}", "--max-workers-per-function", "1")
    with Bystander(server, OTHER[language]) as bystander:
        (other,) = {processes.stat(pid)[2] for pid in server.workers() if processes.stat(pid)[2] != server.pid}
        for n in range(CALLS):
            server.http.deploy(f"f{n}", language, LOOP[language], timeoutMillis=300_000)
            assert server.http.invoke(f"f{n}", "false").body == b"1"
        footprint = Footprint(server, **{language: CALLS, OTHER[language]: 1})
        zygote, standby = family_of(server, language)
        workers = processes.children(zygote)
        with concurrent.futures.ThreadPoolExecutor(CALLS) as pool:
            begin = {worker: processes.cpu_ticks(worker) for worker in workers}
            calls = [pool.submit(server.http.invoke, f"f{n}", "true") for n in range(CALLS)]
            assert waiting.until(lambda: all(processes.cpu_ticks(worker) >= begin[worker] + 3 for worker in workers))
            processes.end([zygote])
            for call in calls:
                reply = call.result()
                assert (reply.status, reply.reason) == (500, "WORKER_CRASHED")
        assert processes.wait_until_dead([zygote, *workers], 10) == []
        bystander.assert_answers()
        for n in range(CALLS):
            assert server.http.invoke(f"f{n}", "false").body == b"1"
        assert len(processes.children(standby)) == CALLS
        footprint.assert_back()
        assert other in processes.children(server.pid)


@pytest.mark.parametrize("language", LOOP)
def test_a_copy_that_is_killed_is_made_anew_and_nobody_feels_it(start_server, language):
    server = start_server()
    with Bystander(server, language) as bystander:
        footprint = Footprint(server, **{language: 1})
        zygote, standby = family_of(server, language)
        processes.end([standby])
        bystander.assert_answers()
        assert processes.wait_until_dead([standby], 10) == []
        footprint.assert_back()
        assert family_of(server, language)[0] == zygote


@pytest.mark.parametrize("language", LOOP)
def test_each_of_many_kills_is_answered_by_the_copy_of_the_one_before(start_server, language):
    server = start_server()
    server.http.deploy("f", language, LOOP[language])
    with Bystander(server, OTHER[language]) as bystander:
        assert server.http.invoke("f", "false").body == b"1"
        footprint = Footprint(server, **{language: 1, OTHER[language]: 1})
        for _ in range(KILLS):
            zygote, standby = family_of(server, language)
            workers = processes.children(zygote)
            processes.end([zygote])
            # One that dies may still answer.
            assert processes.wait_until_dead([zygote, *workers], 10) == []
            assert server.http.invoke("f", "false").body == b"1"
            assert len(processes.children(standby)) == 1
        bystander.assert_answers()
        footprint.assert_back()


@pytest.mark.parametrize("language", LOOP)
def test_a_zygote_that_is_killed_with_its_copy_is_booted(start_server, language):
    server = start_server()
    server.http.deploy("f", language, LOOP[language])
    with Bystander(server, OTHER[language]) as bystander:
        assert server.http.invoke("f", "false").body == b"1"
        footprint = Footprint(server, **{language: 1, OTHER[language]: 1})
        killed = family_of(server, language)
        workers = processes.children(killed[0])
        processes.end(reversed(killed))
        assert processes.wait_until_dead([*killed, *workers], 10) == []
        assert server.http.invoke("f", "false").body == b"1"
        bystander.assert_answers()
        footprint.assert_back()
        assert not set(killed) & set(processes.children(server.pid))


def test_zygotes_and_their_standbys_end_with_their_server(start_server):
    server = start_server()
    zygotes = waiting.until(lambda: len(found := processes.children(server.pid)) == 4 and found)
    # So that nothing ends them but their server's end.
    for pid in zygotes:
        os.kill(pid, signal.SIGSTOP)
    server.kill()  # asserts that none outlives it


def family_of(server, language):
    """The zygote and its copy, when both are up."""

    def find():
        found = [pid for pid in processes.children(server.pid) if processes.stat(pid)[0] == ENGINES[language]]
        up = len(found) == 2 and all(processes.stat(pid)[1] == "S" for pid in found)
        return up and processes.family(found[0])

    return waiting.until(find)


def test_a_zygote_that_boots_ends_with_its_server(start_server):
    server = start_server()
    zygotes = waiting.until(lambda: len(found := processes.children(server.pid)) >= 2 and found)
    # Past what the loader of its libraries needs, and before it has booted: stopped, so that nothing ends it but its server's end.
    (python,) = [pid for pid in zygotes if processes.stat(pid)[0] == "mayfly-python-w"]
    assert waiting.until(lambda: processes.cpu_ticks(python) >= BOOTING_TICKS)
    os.kill(python, signal.SIGSTOP)
    server.kill()  # asserts that no zygote outlives it
