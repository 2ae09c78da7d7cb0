"""Limits of a call: each ends in its own answer, and the next call works."""

import pytest

MIB = 1024 * 1024
ECHO = {"js": "function handler(event) { return event; }", "python": "def handler(event):\n    return event\n"}
REPEAT = {
    "js": "function handler(n) { return 'x'.repeat(n); }",
    "python": "def handler(n):\n    return 'x' * n\n",
}
languages = pytest.mark.parametrize("language", ["js", "python"])


@languages
def test_an_event_of_6_mib_is_taken_and_a_larger_one_refused(http, function_id, language):
    http.deploy(function_id, language, "function handler(e) { return e.length; }" if language == "js" else "def handler(e):\n    return len(e)\n")
    event = b'"' + b"x" * (6 * MIB - 2) + b'"'
    assert http.invoke(function_id, event).body == str(6 * MIB - 2).encode()
    reply = http.invoke(function_id, event + b" ")
    assert (reply.status, reply.reason) == (413, "EVENT_TOO_LARGE")
    assert http.invoke(function_id, b'"x"').body == b"1"


@languages
def test_a_result_of_6_mib_is_taken_and_a_larger_one_refused(http, function_id, language):
    http.deploy(function_id, language, REPEAT[language])
    assert len(http.invoke(function_id, str(6 * MIB - 2)).body) == 6 * MIB
    reply = http.invoke(function_id, str(6 * MIB - 1))
    assert (reply.status, reply.reason, reply.json()["status"]) == (429, "RESULT_TOO_LARGE", "RESOURCE_EXHAUSTED")
    # One so large that there may be no memory left to write it.
    reply = http.invoke(function_id, str(40 * MIB))
    assert (reply.status, reply.reason) in [(429, "RESULT_TOO_LARGE"), (429, "MEMORY_LIMIT")]
    assert http.invoke(function_id, "1").body == b'"x"'


@languages
def test_a_result_nested_too_deep_is_refused(http, function_id, language):
    source = {
        "js": "function handler(n) { let a = []; for (let i = 1; i < n; i++) a = [a]; return a; }",
        "python": "def handler(n):\n    a = []\n    for _ in range(n - 1):\n        a = [a]\n    return a\n",
    }
    http.deploy(function_id, language, source[language])
    assert http.invoke(function_id, "1000").body == b"[" * 1000 + b"]" * 1000
    reply = http.invoke(function_id, "1001")
    assert (reply.status, reply.reason) == (500, "RESULT_NOT_SERIALIZABLE")


@languages
def test_logs_are_bounded_and_say_so(http, function_id, language):
    source = {
        "js": "function handler(n) { for (let i = 0; i < n; i++) console.log('line ' + i); return n; }",
        "python": "def handler(n):\n    for i in range(n):\n        print('line', i)\n    return n\n",
    }
    http.deploy(function_id, language, source[language])
    path = f"/v1/namespaces/default/functions/{function_id}:invoke"
    few = http.post(path, "3").json()["receipt"]
    assert ([entry["text"] for entry in few["logs"]], few["logsTruncated"]) == (["line 0", "line 1", "line 2"], False)
    many = http.post(path, "10000").json()
    assert many["result"] == 10000
    assert len(many["receipt"]["logs"]) == 4096
    assert (many["receipt"]["logs"][-1]["text"], many["receipt"]["logsTruncated"]) == ("line 4095", True)


@languages
def test_one_long_line_is_cut(http, function_id, language):
    source = {
        "js": "function handler() { console.log('é'.repeat(1 << 20)); return 1; }",
        "python": "def handler(event):\n    print('é' * (1 << 20))\n    return 1\n",
    }
    http.deploy(function_id, language, source[language])
    receipt = http.post(f"/v1/namespaces/default/functions/{function_id}:invoke").json()["receipt"]
    assert receipt["logsTruncated"] is True
    assert "".join(entry["text"] for entry in receipt["logs"]) == "é" * (128 * 1024)


@languages
def test_a_long_error_is_cut(http, function_id, language):
    source = {
        "js": "function handler() { throw new Error('é'.repeat(1 << 20)); }",
        "python": "def handler(event):\n    raise ValueError('é' * (1 << 20))\n",
    }
    http.deploy(function_id, language, source[language])
    reply = http.invoke(function_id)
    assert (reply.status, reply.reason) == (500, "FUNCTION_THREW")
    error = reply.detail("FunctionError")
    assert error["message"] == "é" * (32 * 1024)
    assert len(error["stack"].encode()) <= 64 * 1024


@languages
def test_a_top_level_that_never_ends_is_refused(start_server, language):
    server = start_server("--load-timeout", "1s")
    source = {"js": "for (;;) {}\nfunction handler() {}", "python": "while True:\n    pass\ndef handler(event):\n    pass\n"}
    reply = server.http.post("/functions", {"id": "f", "languageId": language, "source": source[language]})
    assert (reply.status, reply.reason) == (504, "FUNCTION_TIMEOUT")
    assert server.http.get("/functions").body == b"[]"


@languages
def test_a_neighbour_does_not_feel_a_greedy_guest(http, function_id, language, server):
    greedy = {
        "js": "function handler() { const a = []; for (;;) a.push(new Array(1000).fill(a.length)); }",
        "python": "def handler(event):\n    a = []\n    while True:\n        a.append(bytearray(1 << 16))\n",
    }
    http.deploy(function_id + "-greedy", language, greedy[language], timeoutMillis=30000, memoryLimitMib=64)
    http.deploy(function_id, language, ECHO[language])
    first = http.invoke(function_id, "1")
    reply = http.invoke(function_id + "-greedy")
    assert (reply.status, reply.reason) == (429, "MEMORY_LIMIT")
    assert reply.detail("RetryInfo") is None
    assert int(reply.header("Mayfly-Peak-Memory-Kib")) < 200 * 1024
    second = http.invoke(function_id, "1")
    assert (first.body, second.body, second.header("Mayfly-Start")) == (b"1", b"1", "warm")
