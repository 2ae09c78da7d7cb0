"""The hostile guests (hostile.js, hostile.py): what they can be told to do, and what that comes to."""

import dataclasses
import json
import pathlib
import platform
import re

FOLDER = pathlib.Path(__file__).parent
SOURCES = {"js": (FOLDER / "hostile.js").read_text(), "python": (FOLDER / "hostile.py").read_text()}
COMMANDS = {
    "js": re.findall(r"^  (\w+)\(\) \{", SOURCES["js"].partition("const damage = {")[2], re.MULTILINE),
    "python": re.findall(r"^@damage\ndef (\w+)\(", SOURCES["python"], re.MULTILINE),
}
DEPENDENCIES = {
    "js": {"m": "exports.list = []; let n = 0; exports.count = () => ++n;", "lazy": "let n = 0; exports.count = () => ++n;"},
    "python": {},
}
# How calls end that do not answer.
ENDS = {
    "throws": "FUNCTION_THREW",
    "rejects": "FUNCTION_THREW",
    "exits": "FUNCTION_THREW",
    "loops": "FUNCTION_TIMEOUT",
    "neverSettles": "FUNCTION_TIMEOUT",
    "outOfMemory": "MEMORY_LIMIT",
}
# After these the worker can't or need not be brought back: another takes its place.
REPLACING = {"loops", "neverSettles", "outOfMemory"}
# And after these, where the kernel does not refuse them (mseal(2), Linux 6.10).
if tuple(map(int, re.findall(r"\d+", platform.release())[:2])) < (6, 10):
    REPLACING |= {"unmapped_memory", "replaced_memory"}


def manifest(language, id="hostile", **fields):
    return {
        "id": id,
        "languageId": language,
        "source": SOURCES[language],
        "dependencies": {name: {"source": source} for name, source in DEPENDENCIES[language].items()},
        "memoryLimitMib": 256,
        "timeoutMillis": 60_000,
        **fields,
    }


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
