"""`mayfly doctor --isolation`: the hostile guests as a command that anybody can run."""

import re

from hostile_guests import FOLDER, LIST

TRIAL_SECONDS_MAX = 600
DAMAGE = {
    "js": lambda source: re.findall(r"^  (\w+)\(\) \{", source.partition("const damage = {")[2], re.MULTILINE),
    "python": lambda source: re.findall(r"^@damage\ndef (\w+)\(", source, re.MULTILINE),
}
FILES = {"js": "hostile.js", "python": "hostile.py"}


def test_the_list_is_all_that_the_guests_can_do():
    written = [(language, command) for language, find in DAMAGE.items() for command in find((FOLDER / FILES[language]).read_text())]
    assert [(language, command) for language, command, _, _ in LIST] == written


def test_tells_of_each_guest_that_it_saw_nothing(mayfly):
    done = mayfly("doctor", "--isolation", "--json", timeout=TRIAL_SECONDS_MAX)
    findings = done.json()
    of_guests, (total,) = findings[-1 - len(LIST) : -1], findings[-1:]
    for finding, (language, command, _, what) in zip(of_guests, LIST, strict=True):
        assert finding == {"name": f"{language} {command}", "state": "good", "detail": f"{what}: nothing seen", "advice": ""}
    assert re.fullmatch(
        rf"{len(LIST)} hostile guests against (fresh|rewind by [a-z-]+), {4 * len(LIST)} calls, of which \d+ found a worker that another had"
        " used: nothing was seen",
        total["detail"],
    )
    # What is said of the machine comes first.
    assert findings[0]["name"] == "kernel"
    assert done.code == 0


def test_is_told_which_strategy_to_try(mayfly):
    # A value chooses, as with any command, and tries nobody.
    chosen = mayfly("doctor", "--isolation=fresh", "--json").json()
    assert {finding["name"]: finding["detail"] for finding in chosen}["isolation"] == "fresh: chosen by --isolation=fresh"
    assert "isolation trial" not in {finding["name"] for finding in chosen}
    refused = mayfly("doctor", "--isolation=none")
    assert refused.code == 2
    assert "--isolation" in refused.stderr
