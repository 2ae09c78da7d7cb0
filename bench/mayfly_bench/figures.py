"""The table of figures: what is measured, what is to be reached, and whether it was. Made of the results alone."""

import dataclasses

from mayfly_bench.guests import ENGINES, JS, PYTHON

# Below this share of its core a server was waiting for the load, and its requests per second say little about it.
BUSY_MIN = 0.9


@dataclasses.dataclass(frozen=True)
class Figure:
    what: str
    reach: str
    measured: str
    met: bool | None  # None: nothing to reach, or not measured

    @property
    def verdict(self):
        return {True: "yes", False: "**no**", None: "–"}[self.met]


def figures(results):
    rows = []
    for engine in ENGINES:
        rows.append(rewind(results, engine))
    rows += [
        against_peer(results, JS, "workerd", "workerd with a shared context", 2),
        against_peer(results, JS, "node-vm", "Node's `vm`, a new context per request", None),
        against_peer(results, JS, "js fresh", "our `fresh`", None),
        against_peer(results, PYTHON, "fastapi", "FastAPI on uvicorn, shared state", 3),
        against_peer(results, PYTHON, "python fresh", "our `fresh`", 50),
    ]
    rows += [grpc_share(results, engine) for engine in ENGINES]
    rows.append(fib(results))
    rows += [cold(results, JS, 8), cold(results, PYTHON, 15)]
    rows += [memory(results, engine) for engine in ENGINES]
    rows += [half_load(results, engine) for engine in ENGINES]
    rows += [two_cores(results, engine) for engine in ENGINES]
    rows += [many(results), overload(results), numpy(results)]
    return rows


def row(results, keys, what, reach, judge):
    """`judge` gets the measurements of the keys and gives (text, met); a key without one says why."""
    absent = [key for key in keys if results.get(key) is None]
    if absent:
        why = "; ".join(dict.fromkeys(results.missing.get(key, f"there is no `{key}`") for key in absent))
        return Figure(what, reach, f"not measured: {why}", None)
    text, met = judge(*(results.get(key) for key in keys))
    return Figure(what, reach, text, met)


def rewind(results, engine):
    def judge(found):
        return f"{found.micros:.1f} µs, {found.pages:.0f} pages", found.micros <= 15

    return row(results, [f"rewind {engine.id}"], f"rewind of a {engine.title} hello, median, by the receipt", "≤ 15 µs", judge)


def against_peer(results, engine, peer, title, factor):
    def judge(ours, theirs):
        ratio = ours.rate / theirs.rate
        costs = f"{ours.cpu_micros:.0f} µs of CPU against {theirs.cpu_micros:.0f} = {theirs.cpu_micros / ours.cpu_micros:.2f} ×"
        notes = idle_note(ours, "our ") + idle_note(theirs, "the peer's ")
        return f"{ours.rate:,.0f}/s = {ratio:.2f} × ({costs}{notes})", ratio >= factor if factor else None

    reach = f"≥ {factor} ×" if factor else "–"
    return row(results, [f"http {engine.id}", f"http {peer}"], f"{engine.title} hello over HTTP, beside {title}", reach, judge)


def grpc_share(results, engine):
    def judge(ours, nothing):
        by_rate, by_cpu = ours.rate / nothing.rate, nothing.cpu_micros / ours.cpu_micros
        # Where the load generator is what limits the do-nothing RPC, CPU per call is the truer share.
        share = by_rate if nothing.server_busy >= BUSY_MIN else by_cpu
        text = f"{ours.rate:,.0f}/s = {by_rate:.0%} by requests/s, {by_cpu:.0%} by CPU per call{idle_note(nothing, 'the do-nothing ')}"
        return text, share >= 0.45

    what = f"{engine.title} hello over gRPC, of the same server's do-nothing RPC"
    return row(results, [f"grpc {engine.id}", "grpc health"], what, "≥ 45 %", judge)


def fib(results):
    def judge(found):
        handler = f"{found.handler_micros / found.node_micros:.2f} × in the handler alone"
        warmed = "" if found.warmed else "; the server knows no `warmupEvents`"
        return f"{found.run_micros:,.0f} µs = {found.size:.2f} × ({handler}{warmed})", found.size <= 1.1

    return row(results, ["fib"], "`fib(27)` in JavaScript, per call, beside the same loop warm in Node", "≤ 1.1 ×", judge)


def cold(results, engine, millis_max):
    def judge(found):
        text = f"{found.receipt_millis:.1f} ms of load and run, {found.wall_millis:.1f} ms by the client's clock"
        return f"{text} ({found.forked} of {found.creates} found no worker)", found.wall_millis <= millis_max

    what = f"first call after a create, {engine.title}, median"
    return row(results, [f"cold {engine.id}"], what, f"≤ {millis_max} ms", judge)


def memory(results, engine):
    def judge(found):
        megabytes = found.pss_bytes / 1e6
        return f"{megabytes:.1f} MB, median of {found.workers} workers", megabytes <= 5

    what = f"memory of an idle warm {engine.title} worker (proportional set size)"
    return row(results, [f"memory {engine.id}"], what, "≤ 5 MB", judge)


def half_load(results, engine):
    def judge(found):
        errors = f", {found.errors} errors" if found.errors else ""
        return f"{found.p99_micros / 1000:.2f} ms at {found.rate:,.0f}/s{errors}", found.p99_micros <= 1000 and not found.errors

    return row(results, [f"half {engine.id}"], f"p99 of a {engine.title} hello at half of peak load", "≤ 1 ms", judge)


def two_cores(results, engine):
    def judge(two, one):
        ratio, by_cpu = two.rate / one.rate, 2 * one.cpu_micros / two.cpu_micros
        text = f"{two.rate:,.0f}/s = {ratio:.2f} ×, {by_cpu:.2f} × by CPU per call ({two.cpu_micros:.0f} µs against {one.cpu_micros:.0f})"
        busy = f"cores busy: server {two.server_busy:.2f}, load {two.load_busy:.2f}"
        if not results.load_shares_cores:
            return f"{text}; {busy}", ratio >= 1.8
        # An ideal server's calls cost what they do on one core, and the load's share of the two cores is not its own.
        ideal = 2e6 / (one.cpu_micros + two.load_busy / two.rate * 1e6) / one.rate
        saturated = two.server_busy + two.load_busy >= 2 * BUSY_MIN
        text = f"{text}; beside this load an ideal server reaches {ideal:.2f} ×; {busy}"
        return text, (by_cpu if saturated else ratio) >= 1.8

    what = f"two cores against one, {engine.title} hello over HTTP"
    return row(results, [f"http {engine.id} two cores", f"http {engine.id}"], what, "≥ 1.8 ×", judge)


def many(results):
    def judge(spread, single):
        ratio = spread.rate / single.rate
        errors = f", {spread.errors} errors" if spread.errors else ""
        costs = f"{spread.cpu_micros:.0f} µs of CPU against {single.cpu_micros:.0f}"
        return f"{spread.rate:,.0f}/s against {single.rate:,.0f}/s = {ratio:.0%} ({costs}){errors}", ratio >= 0.9 and not spread.errors

    effort = results.effort
    what = f"{effort.stored_functions:,} stored functions, {effort.warm_functions} warm: these by Zipf, beside one of them alone"
    return row(results, ["http many", "http many single"], what, "≥ 90 %", judge)


def overload(results):
    def judge(crowd, peak):
        ratio = crowd.rate / peak.rate
        text = f"{crowd.rate:,.0f}/s of {peak.rate:,.0f}/s = {ratio:.0%}; p99 of these {crowd.p99_micros / 1000:.0f} ms, {crowd.errors:,} refused"
        return text, ratio >= 0.9

    return row(results, ["overload busy", "http busy"], "calls answered well at ten times the peak, beside the peak", "≥ 90 %", judge)


def numpy(results):
    def judge(ours, hello):
        return f"{ours.rate:,.0f}/s, {ours.cpu_micros:.0f} µs of CPU against {hello.cpu_micros:.0f} of a hello", None

    return row(results, ["http numpy", "http python"], "a numpy call, beside a Python hello", "–", judge)


def idle_note(load, whose):
    if load.server_busy >= BUSY_MIN:
        return ""
    return f"; {whose}server kept only {load.server_busy:.0%} of its core busy"
