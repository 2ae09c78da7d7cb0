"""Somebody else's function, called again and again while something goes wrong."""

import http.client
import json
import threading

from harness import waiting

SOURCES = {
    "js": "let calls = 0;\nfunction handler(event) { return [event, ++calls]; }",
    "python": "calls = 0\ndef handler(event):\n    global calls\n    calls += 1\n    return [event, calls]\n",
}


class Bystander:
    """Calls a function of its own on one connection from `with` to its end, where it asserts that each answer was good.

    Each call sends another number and must get it back from a pristine function. What the harm was done to is not asked
    for: only the answers count.
    """

    def __init__(self, server, language="js", id=None):
        self._server = server
        self._id = id or f"bystander-{language}"
        self.answers = 0
        # Its first call may have to wait until the zygote has booted.
        server.http.deploy(self._id, language, SOURCES[language], timeoutMillis=60_000)
        assert server.http.invoke(self._id, "0").body == b"[0,1]"

    def __enter__(self):
        self._failure = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._call_until_stopped, daemon=True)
        self._thread.start()
        self.assert_answers()
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            self.assert_answers()
        self._stop.set()
        self._thread.join()
        if kind is None:
            assert self._failure is None, self._failure

    def assert_answers(self):
        """Waits for two more answers: the second belongs to a call that was sent after this was called."""
        wanted = self.answers + 2
        assert waiting.until(lambda: self._failure or self.answers >= wanted), "the bystander gets no answer"
        assert self._failure is None, self._failure

    def _call_until_stopped(self):
        try:
            with self._server.http.keep_alive() as connection:
                while not self._stop.is_set():
                    self._call(connection)
        except (OSError, http.client.HTTPException, AssertionError) as error:
            self._failure = f"call {self.answers} of the bystander: {error!r}"

    def _call(self, connection):
        reply = connection.invoke(self._id, self.answers)
        assert reply.status == 200, reply.body
        assert json.loads(reply.body) == [self.answers, 1]
        self.answers += 1
