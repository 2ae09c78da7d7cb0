"""Guests that do harm when their event is true and answer "fine" when it is false, and what the harm comes to."""

import dataclasses

# Reason → HTTP status.
STATUS = {"FUNCTION_THREW": 500, "FUNCTION_TIMEOUT": 504, "MEMORY_LIMIT": 429, "WORKER_CRASHED": 500}
# The Grpc-Timeout of a harmful call: short where the deadline is what is waited for. The others have time to load and to fill their memory.
TIMEOUT = {"FUNCTION_TIMEOUT": "1S"}
LONG_MILLIS = 60_000
MEMORY_MIB = 64

WRAPPED = {
    "js": 'function handler(event) {{ if (!event) return "fine"; {} }}',
    "python": "import asyncio, ctypes, mmap, os, re, signal, socket, sys, tempfile, threading, time\nlibc = ctypes.CDLL(None)\nlibc.malloc.restype = ctypes.c_void_p\nheld = []\n"
    'def handler(event):\n    if not event:\n        return "fine"\n    {}\n',
}


# Until malloc gives no more; what then follows is what a native library does.
FILL_NATIVE = "while pointer := libc.malloc(1 << 20): libc.memset(ctypes.c_void_p(pointer), 1, 1 << 20)\n    raise MemoryError"


@dataclasses.dataclass(frozen=True)
class Guest:
    fault: str
    language: str
    harm: str
    reason: str
    type: str | None = None  # of what is thrown

    @property
    def id(self):
        return f"{self.fault}-{self.language}".replace(" ", "-")

    @property
    def headers(self):
        """Of a harmful call."""
        return {"Grpc-Timeout": TIMEOUT[self.reason]} if self.reason in TIMEOUT else {}

    @property
    def manifest(self):
        return {
            "id": self.id,
            "languageId": self.language,
            "source": WRAPPED[self.language].format(self.harm),
            "timeoutMillis": LONG_MILLIS,
            "memoryLimitMib": MEMORY_MIB,
        }


def _guests(reason, *rows):
    return [Guest(fault, language, harm, reason, *rest) for fault, language, harm, *rest in rows]


GUESTS = [
    *_guests(
        "FUNCTION_THREW",
        ("a throw", "js", "throw new TypeError('x');", "TypeError"),
        ("a throw", "python", "raise TypeError('x')", "TypeError"),
        ("a rejection", "js", "return Promise.reject(new TypeError('x'));", "TypeError"),
        ("an exit", "python", "sys.exit(1)", "SystemExit"),
        ("deep recursion", "js", "return handler(event) + 1;", "RangeError"),
        ("deep recursion", "python", "return handler(event) + 1", "RecursionError"),
        ("a bomb of timers", "js", "for (;;) setTimeout(() => {}, 1e6);", "RangeError"),
        # What a guest may not do is an ordinary exception in it.
        ("a bomb of forks", "python", "while True: os.fork()", "RuntimeError"),
        ("a bomb of threads", "python", "while True: threading.Thread(target=time.sleep, args=(60,)).start()", "RuntimeError"),
        ("a bomb of pipes", "python", "while True: held.append(os.pipe())", "OSError"),
        ("a bomb of duplicates", "python", "while True: held.append(os.dup(0))", "OSError"),
        ("a bomb of sockets", "python", "while True: held.append(socket.socketpair())", "OSError"),
        ("a socket", "python", "socket.create_connection(('127.0.0.1', 80))", "PermissionError"),
        ("a written file", "python", "open('/tmp/mayfly-was-here', 'w').write('x')", "PermissionError"),
        ("a temporary file", "python", "tempfile.TemporaryFile()", "FileNotFoundError"),
        ("mapped memory", "python", "while True: held.append(mmap.mmap(-1, 1 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS))", "OSError"),
        ("shared memory", "python", "while True: held.append(mmap.mmap(-1, 1 << 20))", "OSError"),
        ("a kill of its parent", "python", "os.kill(os.getppid(), signal.SIGKILL)", "PermissionError"),
        ("a kill of all", "python", "os.kill(-1, signal.SIGKILL)", "PermissionError"),
    ),
    *_guests(
        "FUNCTION_TIMEOUT",
        ("an endless loop", "js", "for (;;) {}"),
        ("an endless loop", "python", "while True: pass"),
        ("a loop that catches all", "js", "for (;;) { try { for (;;) {} } catch {} finally { for (;;) {} } }"),
        ("an endless promise", "js", "return new Promise(() => setInterval(() => {}, 1));"),
        ("endless microtasks", "js", "const again = () => { Promise.resolve().then(again); }; again(); return new Promise(() => {});"),
        ("an endless coroutine", "python", "asyncio.run(asyncio.Event().wait())"),
        ("a sleep", "python", "time.sleep(600)"),
        ("a sleep in native code", "python", "libc.sleep(600)"),
        ("a catastrophic regex", "js", "return /^(a+)+$/.test('a'.repeat(60) + 'b');"),
        ("a catastrophic regex", "python", "return bool(re.match('^(a+)+$', 'a' * 60 + 'b'))"),
        ("a long native computation", "js", "return Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1);"),
        ("a long native computation", "python", "return (10 ** (10 ** 9)).bit_length()"),
        ("a flood of output", "js", "for (;;) console.log('x'.repeat(1000));"),
        ("a flood of output", "python", "while True: print('x' * 1000)"),
        ("a flood past the interpreter", "python", "while True: libc.write(2, b'x' * 65536, 65536)"),
    ),
    *_guests(
        "MEMORY_LIMIT",
        ("a growing heap", "js", "const all = []; for (;;) all.push({ n: all.length });"),
        ("a growing heap", "python", "while True: held.append([len(held)])"),
        ("growing buffers", "js", "const all = []; for (;;) all.push(new Uint8Array(1 << 20).fill(1));"),
        ("growing text", "js", "const all = []; for (;;) all.push('x'.repeat(1 << 20).split('').join('y'));"),
        ("growing text", "python", "while True: held.append('x' * (1 << 20))"),
        ("growing bytes", "python", "while True: held.append(bytearray(1 << 20))"),
        ("one huge array", "js", "return new Array(1e9).fill(0).length;"),
        ("one huge array", "python", "return len([0] * (1 << 40))"),
        ("one huge text", "python", "return len('x' * (1 << 40))"),
        ("growing objects", "python", "while True: held.append(object())"),
        ("memory of native code", "python", FILL_NATIVE),
    ),
    *_guests(
        "WORKER_CRASHED",
        ("a null pointer", "python", "ctypes.string_at(0)"),
        ("a jump into nothing", "python", "ctypes.CFUNCTYPE(None)(1)()"),
        ("an abort", "python", "os.abort()"),
        ("an exit past the interpreter", "python", "libc._exit(0)"),
        ("a kill of itself", "python", "os.kill(os.getpid(), signal.SIGKILL)"),
        ("a forbidden system call", "python", "libc.ptrace(0, 0, 0, 0)"),
        ("wiped memory", "python", "ctypes.memset(id(None), 0, 1 << 30)"),
    ),
]
