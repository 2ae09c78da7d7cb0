"""The hostile guests of clients/cli/hostile_guests/: what they can be told to do, and what that comes to."""

import dataclasses
import json
import platform
import re

from harness.paths import ROOT

FOLDER = ROOT / "clients/cli/hostile_guests"
MANIFESTS = {language: json.loads((FOLDER / f"{language}.json").read_text()) for language in ("js", "python")}
# (language, command, how the call ends, what it does)
LIST = [tuple(line.split(" | ")) for line in (FOLDER / "guests.txt").read_text().splitlines() if line and not line.startswith("#")]
COMMANDS = {language: [command for of, command, _, _ in LIST if of == language] for language in MANIFESTS}
# How calls end that do not answer.
ENDS = {command: end for _, command, end, _ in LIST if end != "ANSWERED"}
# After these the worker can't or need not be brought back: another takes its place.
REPLACING = {command for command, end in ENDS.items() if end in ("FUNCTION_TIMEOUT", "MEMORY_LIMIT")}
# And after these, where the kernel does not refuse them (mseal(2), Linux 6.10).
if tuple(map(int, re.findall(r"\d+", platform.release())[:2])) < (6, 10):
    REPLACING |= {"unmapped_memory", "replaced_memory"}


def manifest(language, id="hostile", **fields):
    stored = dict(MANIFESTS[language])
    source = (FOLDER / stored.pop("sourceFile")).read_text()
    return stored | {"source": source, "id": id, **fields}


@dataclasses.dataclass(frozen=True)
class Answer:
    """What a call came to, without what differs from call to call."""

    reason: str | None
    result: str
    logs: tuple


def answer(reply):
    """Of a reply to the long path of a call, or to /run."""
    body = reply.json()
    if reply.status == 200:
        return Answer(None, json.dumps(body["result"]), logs_of(body["receipt"]))
    return Answer(reply.reason, "", logs_of(reply.detail("Receipt")))


def logs_of(receipt):
    # A stack names the function, which has no name of its own in /run.
    return tuple(f"{entry['level']} {re.sub(r'[a-z]+[.](js|py):', 'source:', entry['text'])}" for entry in receipt["logs"])


def call(http, path, body, commands):
    """Posts a call that is told to do `commands`. Those that end by their budget get a short one; the others have the time that a busy machine takes."""
    short = any(ENDS.get(command) == "FUNCTION_TIMEOUT" for command in commands)
    return http.post(path, body, headers={"Grpc-Timeout": "1500m"} if short else None, timeout=120)


def start(reply):
    """COLD or WARM."""
    return (reply.json()["receipt"] if reply.status == 200 else reply.detail("Receipt"))["start"]


def path(id):
    return f"/v1/namespaces/default/functions/{id}:invoke"
