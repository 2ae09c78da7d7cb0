"""The suite's data: cases/*.yaml, read into one Case for each guest.

A file holds a list of cases, each with the same guest in up to three forms side by side:

    - name: Greets by name              # a fact
      js: |                             # a script with a global handler
        function handler(event) { return "Hello, " + event.name; }
      esm: |                            # an ES module
        export function handler(event) { return "Hello, " + event.name; }
      python: |
        def handler(event):
            return "Hello, " + event["name"]
      dependencies: {js: {greeter: "…"}}   # by form; sources by name
      manifest: {functionName: greet}      # more fields of the manifest
      event: '{"name":"Ada"}'           # the request's body, as it is; none: an empty body
      result: '"Hello, Ada"'            # the response's body, byte by byte

Instead of `result`: `error: {reason, type, message, message_has, place, frames}`; `place` is "line", "line:column" or
"file:line:column" of the innermost frame, where file is that of a dependency; `frames` are all of them, as "function file:line".
`load_error` is the same for a source that is refused when it is stored. `logs` are the lines captured in the call, as "level text".
`calls` is a list of {event, result|error, logs} for several calls of one function in turn; `repeat: n` gives the only call n times.
Any expectation may differ by form: `result: {js: '"1"', python: '"1.0"'}`.
"""

import dataclasses
import pathlib

import yaml

FORMS = ("js", "esm", "python")
FOLDER = pathlib.Path(__file__).parent / "cases"
CASE_KEYS = {"name", *FORMS, "dependencies", "manifest", "load_error", "calls", "repeat"}
CALL_KEYS = {"event", "result", "error", "logs"}
ERROR_KEYS = {"reason", "type", "message", "message_has", "place", "frames", "stack_has"}


@dataclasses.dataclass
class Call:
    event: str | None
    result: str | None
    error: dict | None
    logs: list | None


@dataclasses.dataclass
class Case:
    topic: str
    name: str
    form: str
    source: str
    dependencies: dict
    fields: dict
    load_error: dict | None
    calls: list

    @property
    def id(self):
        words = "".join(c if c.isalnum() else "-" for c in f"{self.topic} {self.name}".lower())
        return "-".join(filter(None, words.split("-")))[:110] + "-" + self.form

    @property
    def language(self):
        return "python" if self.form == "python" else "js"

    @property
    def needs_rewind(self):
        """Whether `fresh` refuses it."""
        return self.fields.get("pythonInterpreter") == "main"

    @property
    def file(self):
        """How the function's own source is named in stacks."""
        return self.id + (".py" if self.form == "python" else ".js")

    def manifest(self):
        return {
            "id": self.id,
            "languageId": self.language,
            "jsEvalAsModule": self.form == "esm",
            "source": self.source,
            "dependencies": {name: {"source": source} for name, source in self.dependencies.items()},
            **self.fields,
        }


def _for_form(value, form):
    """What an expectation says of one form."""
    if isinstance(value, dict) and value.keys() <= set(FORMS):
        return value.get(form)
    return value


def _call(raw, form, place):
    assert raw.keys() <= CALL_KEYS, f"{place}: unknown {raw.keys() - CALL_KEYS}"
    call = Call(*[_for_form(raw.get(key), form) for key in ("event", "result", "error", "logs")])
    assert (call.result is None) != (call.error is None), f"{place}: a result or an error"
    assert call.result is None or isinstance(call.result, str), f"{place}: the result is text"
    assert not call.error or call.error.keys() <= ERROR_KEYS, f"{place}: unknown in {call.error}"
    return call


def _cases(path):
    for raw in yaml.safe_load(path.read_text()):
        place = f"{path.name}: {raw['name']}"
        assert raw.keys() <= CASE_KEYS | CALL_KEYS, f"{place}: unknown {raw.keys() - CASE_KEYS - CALL_KEYS}"
        for form in FORMS:
            if form not in raw:
                continue
            load_error = _for_form(raw.get("load_error"), form)
            if load_error:
                calls = []
            elif "calls" in raw:
                calls = [_call(call, form, place) for call in raw["calls"]]
            else:
                calls = [_call({k: v for k, v in raw.items() if k in CALL_KEYS}, form, place)] * raw.get("repeat", 1)
            yield Case(
                topic=path.stem,
                name=raw["name"],
                form=form,
                source=raw[form],
                dependencies=(raw.get("dependencies") or {}).get(form, {}),
                fields=raw.get("manifest", {}),
                load_error=load_error,
                calls=calls,
            )


def all_cases():
    cases = [case for path in sorted(FOLDER.glob("*.yaml")) for case in _cases(path)]
    ids = [case.id for case in cases]
    assert len(ids) == len(set(ids)), f"twice: {sorted({i for i in ids if ids.count(i) > 1})}"
    return cases
