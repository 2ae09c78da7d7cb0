"""The functions that are measured."""

import dataclasses

EVENT = '{"name":"Ada"}'
ANSWER = {"message": "Hello, Ada!"}
JS_HELLO = "function handler(event) { return { message: `Hello, ${event.name}!` }; }"
PYTHON_HELLO = "def handler(event):\n    return {'message': f\"Hello, {event['name']}!\"}\n"
NUMPY = "import numpy\n\nA = numpy.arange(1000.0)\n\n\ndef handler(event):\n    return {'message': f\"Hello, {event['name']}!\", 'sum': float((A * A).sum())}\n"
JS_FIB = "function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }\nfunction handler(event) { return fib(event.n); }"

# Some milliseconds of a core, as a function that really works takes.
JS_BUSY = "function handler(event) { let n = 0; for (let i = 0; i < 1e6; i++) n = (n * 31 + i) % 1000003; return { message: `Hello, ${event.name}!` }; }"


@dataclasses.dataclass(frozen=True)
class Engine:
    id: str  # the manifest's languageId
    title: str
    worker: str  # what its processes' names begin with
    hello: str


JS = Engine("js", "JavaScript", "mayfly-js", JS_HELLO)
PYTHON = Engine("python", "Python", "mayfly-python", PYTHON_HELLO)
ENGINES = (JS, PYTHON)
