"""What is measured, step by step. Each step has a server of its own, and puts what it measured into the results by key."""

import statistics
import threading
import time

from mayfly_bench import cores as on_cores
from mayfly_bench import mayfly_server, peers
from mayfly_bench.calls import Cold, Fib, Memory, NotThere, Rewind, first_call, isolation_of, rewind_of
from mayfly_bench.guests import ENGINES, EVENT, JS, JS_BUSY, JS_FIB, NUMPY, PYTHON
from mayfly_bench.load import Driver
from mayfly_bench.loads import WAYS
from mayfly_bench.mayfly_server import micros
from mayfly_bench.options import STEPS

FIB_N = 27
FIB_TURNS = 20
FIB_CALLS = 10  # of each in a turn
DEPLOYING_THREADS = 8
SPARE_WORKERS = 200  # beyond one for each warm function, for those that are called more than once at a time
WORKER_MIB = 128
OVERLOAD = 10  # times the peak
OVERLOAD_QUEUE = 32  # calls
OVERLOAD_CONNECTIONS = 256  # more than are queued, so that the rest can be refused


class Steps:
    """`results` keeps what each measurement gave, or why there is none."""

    def __init__(self, options, cores, driver, results):
        self.options = options
        self.effort = options.effort
        self.cores = cores
        self.driver = driver
        self.results = results

    def all(self):
        """(name, what runs it), in order."""
        steps = {
            "hello": self.hello,
            "fresh": self.fresh,
            "peers": self.peers,
            "calls": self.calls,
            "fib": self.fib,
            "memory": self.memory,
            "two-cores": self.two_cores,
            "many": self.many,
            "ways": self.ways,
            "overload": self.overload,
        }
        return [(name, steps[name]) for name in STEPS if name in self.options.steps]

    def hello(self):
        """Both doors on one core, with the strategy that the server chooses; a numpy call beside; and each at half of its peak."""
        with self.serve() as server:
            self.results.measure("http health", lambda: self.driver.http(server.family, server.port, "/health"))
            deploy_hellos(server)
            for engine in ENGINES:
                with server.connection() as connection:
                    self.results.isolation[engine.title] = isolation_of(connection.receipt(engine.id))
                self.http(f"http {engine.id}", server, engine.id)
            self.results.measure("http numpy", lambda: self.numpy(server))
            for engine in ENGINES:
                self.paced(engine.id, server.family, server.port, f"/invoke/{engine.id}")
            self.results.measure("grpc health", lambda: self.driver.grpc(server.family, server.grpc_address))
            for engine in ENGINES:
                self.results.measure(
                    f"grpc {engine.id}", lambda id=engine.id: self.driver.grpc(server.family, server.grpc_address, id, EVENT)
                )

    def fresh(self):
        with mayfly_server.serve(self.cores.server, "--isolation", "fresh") as server:
            deploy_hellos(server)
            for engine in ENGINES:
                self.http(f"http {engine.id} fresh", server, engine.id)

    def peers(self):
        for peer in peers.peers():
            self.results.run(peer.key, lambda peer=peer: self.peer(peer))

    def peer(self, peer):
        with peers.serve(peer, self.cores.server) as (family, port):
            self.results.measure(f"http {peer.key}", lambda: self.driver.http(family, port, "/", EVENT))
            self.paced(peer.key, family, port, "/")
        self.results.versions[peer.key] = peer.version()

    def calls(self):
        """One call after the other: what a rewind costs, and the first call after a create."""
        with self.serve() as server:
            deploy_hellos(server)
            for engine in ENGINES:
                self.results.measure(f"rewind {engine.id}", lambda id=engine.id: self.rewind(server, id))
                self.results.measure(f"cold {engine.id}", lambda engine=engine: self.cold(server, engine))

    def rewind(self, server, id):
        with server.connection() as connection:
            receipts = [connection.receipt(id) for _ in range(self.effort.sequential_calls)]
        found = [rewind for rewind in map(rewind_of, receipts) if rewind]
        if not found:
            raise NotThere(f"no receipt tells of a rewind: isolation {isolation_of(receipts[-1])}")
        return Rewind(
            micros=statistics.median(rewind.micros for rewind in found), pages=statistics.median(rewind.pages for rewind in found)
        )

    def cold(self, server, engine):
        with server.connection() as connection:
            calls = []
            for i in range(self.effort.cold_creates):
                server.deploy(f"cold-{engine.id}-{i}", engine, engine.hello)
                calls.append(first_call(connection, f"cold-{engine.id}-{i}"))
        return Cold(
            creates=len(calls),
            receipt_millis=statistics.median(call.receipt_millis for call in calls),
            wall_millis=statistics.median(call.wall_millis for call in calls),
            forked=sum(call.was_cold for call in calls),
        )

    def fib(self):
        with self.serve() as server:
            deploy_hellos(server)  # A zygote that still boots would share the core.
            self.results.measure("fib", lambda: self.fib_beside_node(server))

    def fib_beside_node(self, server):
        """In turns on the same core: a machine that is now fast, now slow, is so for both."""
        event = {"n": FIB_N}
        warmed = True
        try:
            server.deploy("fib", JS, JS_FIB, warmupEvents=[event])
        except ValueError:
            warmed = False
            server.deploy("fib", JS, JS_FIB)
        receipts, node = [], []
        with server.connection() as connection, peers.fib_loop(FIB_N, self.cores.server) as node_calls:
            for _ in range(FIB_TURNS):
                receipts += [connection.receipt("fib", event) for _ in range(FIB_CALLS)]
                node += node_calls(FIB_CALLS)
        return Fib(
            run_micros=statistics.median(micros(receipt["runTime"]) for receipt in receipts),
            handler_micros=statistics.median(micros(receipt["engineTimes"]["handler"]) for receipt in receipts),
            node_micros=statistics.median(node),
            warmed=warmed,
        )

    def memory(self):
        """One idle worker of each of some functions, which have all been called once."""
        workers = self.effort.idle_workers
        with self.serve(*room_for(len(ENGINES) * workers)) as server:
            for engine in ENGINES:
                for i in range(workers):
                    server.deploy(f"{engine.id}-{i}", engine, engine.hello)
                    server.check(f"{engine.id}-{i}")
            time.sleep(1)  # until what follows a call has settled
            for engine in ENGINES:
                self.results.measure(f"memory {engine.id}", lambda name=engine.worker: memory_of(server.family, name))

    def two_cores(self):
        self.results.load_shares_cores = self.cores.load_shares_two
        with self.serve(on=self.cores.server_two) as server, on_cores.on(self.cores.load_beside_two):
            deploy_hellos(server)
            for engine in ENGINES:
                self.http(f"http {engine.id} two cores", server, engine.id)

    def many(self):
        stored, warm = self.effort.stored_functions, min(self.effort.warm_functions, self.effort.stored_functions)
        with self.serve(*room_for(warm + SPARE_WORKERS), "--worker-max-age", "24h") as server:
            begin = time.monotonic()
            # Storing them is not what is measured: it may use both cores.
            on_cores.move(server.family.pids(), self.cores.server_two)
            store_many(server, stored)
            on_cores.move(server.family.pids(), self.cores.server)
            self.results.notes.append(f"{stored:,} functions were stored in {time.monotonic() - begin:.0f} s, each loaded once to check it")
            with server.connection() as connection:
                for rank in range(warm, 0, -1):
                    connection.post(f"/invoke/many-{rank}", EVENT)
            self.http("http many single", server, "many-1")
            self.results.measure(
                "http many", lambda: self.driver.http(server.family, server.port, "/", EVENT, BENCH_FUNCTIONS=str(warm), BENCH_PREFIX="many-")
            )

    def ways(self):
        """Each way of rewinding by itself. The server refuses to start with one that does not work here."""
        for way in WAYS:
            self.results.run(f"ways, {way}", lambda way=way: self.way(way))

    def way(self, way):
        with mayfly_server.serve(self.cores.server, "--rewind", way) as server:
            deploy_hellos(server)
            for engine in ENGINES:
                self.http(f"http {engine.id} {way}", server, engine.id)
                self.results.measure(f"rewind {engine.id} {way}", lambda id=engine.id: self.rewind(server, id))

    def overload(self):
        """A function that keeps its worker busy at its peak, and then evenly paced at many times that."""
        with self.serve("--max-queue-per-function", str(OVERLOAD_QUEUE)) as server:
            server.deploy("busy", JS, JS_BUSY)
            self.http("http busy", server, "busy")
            peak = self.results.get("http busy")
            crowd = Driver(OVERLOAD_CONNECTIONS, self.effort)
            if peak:
                self.results.measure(
                    "overload busy", lambda: crowd.paced(server.family, server.port, "/invoke/busy", EVENT, OVERLOAD * peak.rate)
                )

    def numpy(self, server):
        # Not by the name of what it imports: a function's id names its module.
        server.deploy("with-numpy", PYTHON, NUMPY, pythonInterpreter="main")
        server.check("with-numpy")
        return self.driver.http(server.family, server.port, "/invoke/with-numpy", EVENT)

    def http(self, key, server, id):
        server.check(id)
        self.results.measure(key, lambda: self.driver.http(server.family, server.port, f"/invoke/{id}", EVENT))

    def paced(self, key, family, port, path):
        """At half of the peak that was measured over HTTP just before."""
        peak = self.results.get(f"http {key}")
        if peak:
            self.results.measure(f"half {key}", lambda: self.driver.paced(family, port, path, EVENT, peak.rate / 2))

    def serve(self, *flags, on=None):
        return mayfly_server.serve(on or self.cores.server, *self.options.server_flag, *flags)


def deploy_hellos(server):
    """All before the first is measured: an engine that still boots takes its share of the cores."""
    for engine in ENGINES:
        server.deploy(engine.id, engine, engine.hello)


def room_for(workers):
    """Flags for so many workers, each with its memory cap: more than the machine has, but the guests use little of it."""
    return ["--max-workers", str(workers), "--max-worker-memory", str(workers * WORKER_MIB), "--overcommit-memory"]


def memory_of(family, name):
    sizes = family.worker_pss_bytes(name)
    if not sizes:
        raise NotThere("there is no idle worker")
    return Memory(pss_bytes=statistics.median(sizes), workers=len(sizes))


def store_many(server, count):
    """Stores many-1 … many-COUNT, several at a time."""
    errors = []

    def store(first):
        try:
            with server.connection() as connection:
                for rank in range(first, count + 1, DEPLOYING_THREADS):
                    connection.post("/functions", {"id": f"many-{rank}", "languageId": JS.id, "source": JS.hello})
        except (OSError, ValueError) as error:
            errors.append(error)

    threads = [threading.Thread(target=store, args=(first,)) for first in range(1, DEPLOYING_THREADS + 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
