"""The kinds of callers that are mixed. Each stores its functions when it is made; `call` makes one call and says what it came to."""

import dataclasses
import json
import socket
import struct
import threading

import guests
import hostile_guests

LONG_MILLIS = 60_000
# Of an answer that is not as it should be.
SHOWN_BEFORE = 100
SHOWN_BEHIND = 200


@dataclasses.dataclass(frozen=True)
class Outcome:
    name: str  # "answered", a reason, or another word for how the call ended
    fault: str | None = None  # why it should not have ended so; None for a call that ended as it should


ANSWERED = Outcome("answered")


def judged(reply, reasons):
    """The outcome of a call that must end with one of these reasons; None stands for a good answer."""
    name = reply.reason or "answered"
    return Outcome(name, None if reply.reason in reasons else f"{reply.status} {reply.body[:500]}")


def exact(reply, wanted):
    """The outcome of a call that must be answered so."""
    if reply.status != 200:
        return Outcome(reply.reason, f"{reply.status} {reply.body[:500]}")
    answer = reply.json()
    return ANSWERED if answer == wanted else Outcome("wrong answer", difference(str(answer), str(wanted)))


def difference(text, wanted):
    """Both, from a little before the place where they begin to differ."""
    at = next((n for n, (a, b) in enumerate(zip(text, wanted)) if a != b), min(len(text), len(wanted)))
    begin = max(0, at - SHOWN_BEFORE)
    return f"{text[begin : at + SHOWN_BEHIND]} and not {wanted[begin : at + SHOWN_BEHIND]}"


class Good:
    """Its answer depends on the event, and on the function being pristine: what calls before have left would show in `found`."""

    name, what, callers, pause_seconds = "good", "each answer exact, nothing of an earlier call found", 4, 0
    SOURCES = {
        "js": """
let calls = 0;
const seen = [];
function handler(event) {
  const found = [calls++, seen.length, globalThis.secret ?? null];
  seen.push(event.text); globalThis.secret = event.text; Array.prototype.secret = event.text;
  return { sum: event.numbers.reduce((a, b) => a + b, 0), text: event.text, found };
}
""",
        "python": """
import builtins
calls = 0
seen = []
def handler(event):
    global calls
    found = [calls, len(seen), getattr(builtins, "secret", None)]
    calls += 1
    seen.append(event["text"])
    builtins.secret = event["text"]
    return {"sum": sum(event["numbers"]), "text": event["text"], "found": found}
""",
    }
    TEXT_LENGTHS = (0, 10, 100, 1000, 50_000)

    def __init__(self, server):
        self._server = server
        self._ids = [f"good-{language}-{n}" for language in self.SOURCES for n in range(2)]
        for id in self._ids:
            language = id.split("-")[1]
            server.http.deploy(id, language, self.SOURCES[language], timeoutMillis=LONG_MILLIS)

    def call(self, connection, random):
        event = {
            "text": chr(random.randrange(0x20, 0xD800)) * random.choice(self.TEXT_LENGTHS),
            "numbers": [random.randrange(1 << 20) for _ in range(10)],
        }
        wanted = {"sum": sum(event["numbers"]), "text": event["text"], "found": [0, 0, None]}
        id = random.choice(self._ids)
        if random.random() < 0.5:
            return exact(connection.invoke(id, event), wanted)
        rpc = self._server.rpc
        reply = rpc.try_call(rpc.invocations.Invoke, rpc.invoke(id, json.dumps(event).encode()))
        if isinstance(reply, Exception):
            return Outcome(reply.reason, str(reply)[:500])
        return ANSWERED if json.loads(reply.result) == wanted else Outcome("wrong answer", difference(str(json.loads(reply.result)), str(wanted)))


class Slow:
    """Sleeps, or works, for as long as it is told to."""

    name, what, callers, pause_seconds = "slow", "tens to hundreds of milliseconds, asleep or at work", 3, 0
    SOURCES = {
        "js": """
let calls = 0;
function handler({ millis, works }) {
  const answer = [millis, calls++];
  for (const end = Date.now() + millis; works && Date.now() < end;);
  return works ? answer : new Promise(done => setTimeout(() => done(answer), millis));
}
""",
        "python": """
import time
calls = 0
def handler(event):
    global calls
    calls += 1
    end = time.monotonic() + event["millis"] / 1000
    while event["works"] and time.monotonic() < end:
        pass
    if not event["works"]:
        time.sleep(event["millis"] / 1000)
    return [event["millis"], calls - 1]
""",
    }

    def __init__(self, server):
        for language, source in self.SOURCES.items():
            server.http.deploy(f"slow-{language}", language, source, timeoutMillis=LONG_MILLIS)

    def call(self, connection, random):
        event = {"millis": random.randrange(20, 400), "works": random.random() < 0.1}
        return exact(connection.invoke(f"slow-{random.choice(list(self.SOURCES))}", event), [event["millis"], 0])


class Hostile:
    """The guests of the purity suite: each looks at all that a call before may have left, and then does damage of its own. Each call must
    answer as the first one of a new worker."""

    name, what, callers, pause_seconds = "hostile", "damage to all that its process holds; each answer as a new worker's", 2, 0.01

    def __init__(self, server):
        self._server = server
        self._first = {}
        self._lock = threading.Lock()
        for language in hostile_guests.COMMANDS:
            server.http.deploy(language, language, **self._fields(language))
        # The others end by their deadline: that is the kind `endless`.
        self._commands = [
            (language, (command,))
            for language, commands in hostile_guests.COMMANDS.items()
            for command in commands
            if hostile_guests.ENDS.get(command) != "FUNCTION_TIMEOUT"
        ]
        self._commands += [(language, ()) for language in hostile_guests.COMMANDS] * 20

    def call(self, connection, random):
        language, commands = random.choice(self._commands)
        first = self._first_answer(language, commands)
        reply = connection.post(hostile_guests.path(language), list(commands))
        answer = hostile_guests.answer(reply)
        if answer.reason != first.reason:
            return Outcome(answer.reason or "answered", f"{language} {commands}: and not {first.reason or 'answered'}")
        if answer != first:
            return Outcome("wrong answer", f"{language} {commands}: {difference(str(answer), str(first))}")
        return Outcome(answer.reason or "answered")

    def _first_answer(self, language, commands):
        """Of a worker that is made for this call alone."""
        with self._lock:
            if (language, commands) not in self._first:
                fields = {"languageId": language, **self._fields(language), "event": list(commands)}
                reply = self._server.http.post("/v1/functions:run", fields, timeout=120)
                self._first[language, commands] = hostile_guests.answer(reply)
            return self._first[language, commands]

    @staticmethod
    def _fields(language):
        fields = hostile_guests.manifest(language)
        return {name: value for name, value in fields.items() if name not in ("id", "languageId")}


class Failing:
    """Guests of the fault suite that end with one reason, now and then; in between they are asked whether they are fine."""

    CRASHES = ("WORKER_CRASHED", "MEMORY_LIMIT")

    def __init__(self, server, name, what, callers, pause_seconds, *reasons):
        self.name, self.what, self.callers, self.pause_seconds = name, what, callers, pause_seconds
        self._server = server
        self._guests = [guest for guest in guests.GUESTS if guest.reason in reasons]
        for guest in self._guests:
            fields = dict(guest.manifest)
            server.http.deploy(fields.pop("id"), fields.pop("languageId"), fields.pop("source"), **fields)

    def call(self, connection, random):
        guest = random.choice(self._guests)
        harms = random.random() < 0.5
        reply = self._server.http.invoke(guest.id, json.dumps(harms), headers=guest.headers if harms else {}, timeout=120)
        # One that has crashed again and again may be refused for a while.
        if reply.reason == "FUNCTION_QUARANTINED" and guest.reason in self.CRASHES:
            return Outcome(reply.reason)
        # One with a short deadline may have waited for its worker until that was over.
        return judged(reply, {guest.reason, *(["QUEUE_TIMEOUT"] if guest.headers else [])}) if harms else exact(reply, "fine")


class Leaving:
    """Clients that go away in the middle of a call, politely or not."""

    name, what, callers, pause_seconds = "leaving", "the client goes away while its call runs", 1, 0.2
    SOURCES = {
        "js": "function handler(loop) { while (loop) {} return 1; }",
        "python": "def handler(loop):\n    while loop:\n        pass\n    return 1\n",
    }

    def __init__(self, server):
        self._server = server
        for language, source in self.SOURCES.items():
            server.http.deploy(f"leaving-{language}", language, source, timeoutMillis=LONG_MILLIS)

    def call(self, connection, random):
        id = f"leaving-{random.choice(list(self.SOURCES))}"
        if random.random() < 0.2:
            return exact(connection.invoke(id, False), 1)
        with socket.create_connection(("127.0.0.1", self._server.http_port)) as leaving:
            leaving.sendall(b"POST /invoke/%s HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\ntrue" % id.encode())
            threading.Event().wait(random.uniform(0, 0.2))
            if random.random() < 0.5:
                leaving.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return Outcome("left")


class New:
    """Functions that are created, called, revised, called and deleted."""

    name, what, callers, pause_seconds = "new", "created, called, revised, called, deleted", 1, 0.1
    SOURCES = {"js": "function handler() { return %d; }", "python": "def handler(event):\n    return %d\n"}

    def __init__(self, server):
        self._server = server

    def call(self, connection, random):
        http = self._server.http
        language, number = random.choice(list(self.SOURCES)), random.randrange(1 << 40)
        id = f"new-{number}"
        http.deploy(id, language, self.SOURCES[language] % number)
        outcomes = [exact(connection.invoke(id), number)]
        revised = http.patch(f"/functions/{id}", {"source": self.SOURCES[language] % (number + 1)})
        outcomes += [judged(revised, {None}), exact(connection.invoke(id), number + 1), judged(http.delete(f"/functions/{id}"), {None})]
        outcomes.append(judged(connection.invoke(id), {"FUNCTION_NOT_FOUND"}))
        bad = [outcome for outcome in outcomes if outcome.fault]
        return bad[0] if bad else ANSWERED


def all_kinds(server):
    return [
        Good(server),
        Slow(server),
        Hostile(server),
        Failing(server, "throwing", "exceptions, exits, and bombs of forks, threads and descriptors", 1, 0.05, "FUNCTION_THREW"),
        Failing(server, "dying", "crashes, kills of itself, and memory without end", 2, 0.1, *Failing.CRASHES),
        Failing(server, "endless", "loops, sleeps and native code that only a kill ends", 1, 0.5, "FUNCTION_TIMEOUT"),
        Leaving(server),
        New(server),
    ]
