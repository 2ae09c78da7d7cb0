# A guest that does to its own process whatever it is told to. The event is a list of commands, from DAMAGE below; the
# answer is what was to be seen before them, and after them: all of it, or with "glances" what is quickly seen. Each call must answer as the first call of a new worker.
import ast
import asyncio
import atexit
import builtins
import collections
import contextvars
import ctypes
import decimal
import functools
import gc
import json
import locale
import logging
import mmap
import os
import random  # noqa: F401
import re
import signal
import socket
import string
import sys
import threading
import types
import warnings
import weakref
import zlib

PAGE = 4096

libc = ctypes.CDLL(None)

# What the damage leaves behind.
kept = []
calls = ticks = 0
memo = {}
local = threading.local()
variable = contextvars.ContextVar("variable", default="none")
area = bytearray(65 * PAGE)
# Whole pages of the heap: a mapping of its own would have a new worker made for each call.
private_memory = memoryview(area)[-ctypes.addressof(ctypes.c_char.from_buffer(area)) % PAGE :][: 64 * PAGE]
private_memory[:4] = b"mine"
text = "a text of the top level"
number = 1000003
generator = (n for n in range(10))
weak_target = type("Target", (), {})()


class Klass:
    counter = 0


@functools.lru_cache
def cached(key):
    return [key]


def count_calls(times=[]):
    times.append(1)
    return len(times)


# Looking ---------------------------------------------------------------------------------------------------------

# Bound before any damage.
_sorted, _str, _type, _repr, _vars, _len, _getattr, _crc = sorted, str, type, repr, vars, len, getattr, zlib.crc32
_isinstance, _list, _dumps, _fstat, _sigmask = isinstance, list, json.dumps, os.fstat, signal.pthread_sigmask
_modules = sys.modules
# What each process has of its own: clocks, seeds, addresses, the order of sets, process ids, and the function's own name; and what a module leaves
# behind the first time that it is loaded only.
OWN = {"_startTime", "__file__", "__cached__", "__spec__", "__name__", "__loader__", "_inst", "_urandom", "_main_thread", "handler", "own_fds"}
OWN |= {f"_{name}_addr" for name in ("cast", "memmove", "memoryview_at", "memset", "string_at", "wstring_at")}
OWN |= {"StringPrefix", "String", "Triple", "ContStr", "PseudoExtras", "PseudoToken", "_dims_getter", "_dims_setter"}


def describe(value):
    kind = _type(value)
    if kind in (int, str, bytes, bool, type(None)):
        return _repr(value)[:200]
    if kind is types.FunctionType:
        return f"function {value.__qualname__} {_crc(value.__code__.co_code)}"
    if kind in (list, tuple, dict, set, frozenset):
        return f"{kind.__name__} {_len(value)}"
    if _isinstance(value, type):
        return f"class {value.__qualname__} {_crc(_str(_sorted(_vars(value))).encode())}"
    return kind.__name__


def digest_of(module):
    names = _vars(module)
    shown = [f"{name}={describe(names[name])}" for name in _sorted(map(_str, names)) if name in names and name not in OWN]
    return _crc("\n".join(shown).encode("utf-8", "backslashreplace"))


def open_fds():
    found = []
    for fd in range(64):
        try:
            _fstat(fd)
        except OSError:
            continue
        found.append(fd)
    return found


own_fds = {0, 1, 2, 3, *open_fds()[:-1]}  # how many a worker has for itself is its own affair; the last is closed before the first call


def look():
    """All that a call can see of those before it."""
    return glance() | {
        "modules": {_str(name): digest_of(_modules[name]) for name in _sorted(map(_str, _modules)) if _isinstance(_modules.get(name), types.ModuleType) and name != __name__},
        "own": {name: describe(value) for name, value in _sorted(globals().items()) if name not in OWN},
        "missing": _sorted(name for name in _modules if not _isinstance(_modules[name], types.ModuleType)),
    }


def glance():
    """What does not take milliseconds."""
    return {
        "names": [_len(_modules), _len(globals()), _len(_vars(builtins)), _len(DAMAGE)],
        "state": [calls, ticks, _len(kept), _len(memo), _list(vars(local)), variable.get(), Klass.counter, cached(1)[0:], next(generator)],
        "memory": [private_memory[:4].hex(), text, number, 1 + 1, 7 * 1, "interned"[0:], b"x"[0]],
        "path": [sys.path, _len(sys.meta_path), _len(sys.path_hooks), _len(sys.path_importer_cache), sys.argv == ["planted"]],
        "hooks": [sys.gettrace() is None, sys.getprofile() is None, sys.excepthook is sys.__excepthook__, sys.displayhook is sys.__displayhook__, sys.unraisablehook is sys.__unraisablehook__, sys.get_asyncgen_hooks()[0] is None, sys.stdout is sys.__stdout__],
        "limits": [sys.getrecursionlimit(), sys.getswitchinterval(), sys.get_int_max_str_digits(), sys.flags.optimize, gc.isenabled(), gc.get_threshold(), _len(gc.callbacks), gc.get_debug()],
        "process": [dict(os.environ), open_fds()[:4], _len({*open_fds()} - own_fds), _sorted(map(int, _sigmask(signal.SIG_BLOCK, []))), os.getcwd(), atexit._ncallbacks(), threading.active_count()],
        "contexts": [decimal.getcontext().prec, decimal.DefaultContext.prec, locale.setlocale(locale.LC_ALL), _len(warnings.filters), _len(logging.root.handlers), logging.root.level, logging.getLogger("planted").level],
        "caches": [_len(re._cache), _len(re._cache2), cached.cache_info()[0], weakref.getweakrefcount(weak_target), "planted" in builtins.__dict__],
        "exception": _str(sys.exception()),
    }


# Damaging --------------------------------------------------------------------------------------------------------

DAMAGE = {"glances": lambda: None}  # that one does no damage


def damage(act):
    DAMAGE[act.__name__] = act
    return act


@damage
def global_names():
    global calls, planted, count_calls, text, Klass
    calls += 1
    planted = kept.append(calls)
    memo[calls] = planted
    count_calls = None
    text = "another"
    Klass = type("Klass", (), {"counter": 7})
    del globals()["describe"]


@damage
def defaults_and_code():
    count_calls()
    Klass.counter += 1
    handler.__defaults__ = (["global_names"],)
    handler.planted = 1
    look.__code__ = (lambda: "planted").__code__


@damage
def builtin_names():
    builtins.len = lambda value: 99
    builtins.planted = 1
    builtins.isinstance = builtins.issubclass = lambda *a: False
    builtins.print = builtins.repr = builtins.sorted = lambda *a, **k: "planted"
    builtins.__build_class__ = None
    builtins.__import__ = None
    del builtins.open, builtins.ValueError


@damage
def modules():
    sys.modules["planted"] = sys
    sys.modules["json"] = None
    del sys.modules["decimal"], sys.modules["random"]
    string.planted = 1
    collections.OrderedDict = dict
    del string.digits
    import colorsys  # noqa: F401 (new to this process)
    import fractions  # noqa: F401


@damage
def patched_json():
    json.dumps = json.loads = lambda *a, **k: "planted"
    json.encoder.c_make_encoder = None
    json.JSONEncoder.default = lambda *a: "planted"
    json.decoder.scanstring = None


@damage
def closures():
    held = []

    def hold():
        held.append(hold)
        return held

    hold()
    kept.append(hold)
    cached(1).append("planted")
    cached(2)


@damage
def coroutines():
    async def forever():
        global ticks
        while True:
            await asyncio.sleep(0)
            ticks += 1

    global pending
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    pending = [loop, loop.create_task(forever()), forever()]
    loop.call_later(0, lambda: kept.append(1))
    for _ in range(3):
        loop.run_until_complete(asyncio.sleep(0))
    pending[2].send(None)


@damage
def closed_loops():
    asyncio.run(asyncio.sleep(0))
    loops = [asyncio.new_event_loop() for _ in range(3)]
    loops[0].close()
    kept.extend(loops)


@damage
def generators():
    def numbers():
        global ticks
        try:
            while True:
                yield 1
        finally:
            ticks += 1

    next(generator)
    half = numbers()
    next(half)
    kept.extend([half, numbers()])


@damage
def weak_references():
    class Last:
        def __del__(self):
            global ticks
            ticks += 1
            kept.append(self)

    weakref.finalize(weak_target, kept.append, 1)
    kept.append(weakref.ref(weak_target, lambda _: kept.append(2)))
    last = Last()
    last.self = last
    del last
    Last()


@damage
def big_memory():
    kept.append([bytes(1 << 20) for _ in range(50)])
    kept.append([object() for _ in range(100_000)])
    kept.extend(["\u1234" * (2 << 20), bytearray(5 << 20)])
    kept.append({str(n): n for n in range(20_000)})


@damage
def freed_memory():
    for _ in range(3):
        a = [bytes([1]) * (1 << 20) for _ in range(30)]
        b = "y" * (4 << 20)
        del a, b


@damage
def exception_in_flight():
    global trouble
    try:
        raise ValueError("planted")
    except ValueError as error:
        trouble = error
    sys.last_exc = sys.last_value = trouble


@damage
def deep_recursion():
    def dive(depth):
        return dive(depth + 1)

    try:
        dive(0)
    except RecursionError as error:
        kept.append(error)


@damage
def deep_native_recursion():
    try:
        nested = []
        for _ in range(100_000):
            nested = [nested]
        json.JSONEncoder().encode(nested)
    except RecursionError:
        kept.append(1)
    try:
        ast.parse("(" * 150 + ")" * 150)
    except (RecursionError, SyntaxError, MemoryError):
        kept.append(2)


@damage
def regular_expressions():
    for n in range(600):
        re.compile(f"a{n}(?:b|c)*")
    re.search("(p)lanted", "planted")
    re.compile = re.match = lambda *a: None
    re._MAXCACHE = 1


@damage
def interned_strings():
    for n in range(2000):
        kept.append(sys.intern(f"planted_{n}"))
    globals()["planted_1"] = 1


@damage
def own_objects_by_ctypes():
    # A small int, an interned string and a constant, in place: digits of an int behind its header, characters likewise.
    ctypes.c_uint32.from_address(id(7) + 24).value = 8
    ctypes.c_uint32.from_address(id(number) + 24).value = 5
    ctypes.memset(id(text) + object.__sizeof__("") - 1, ord("Z"), 4)
    ctypes.c_char.from_address(id(b"x") + bytes.__basicsize__ - 1).value = b"y"


@damage
def contexts():
    decimal.getcontext().prec = 3
    decimal.DefaultContext.prec = 5
    decimal.setcontext(decimal.ExtendedContext)
    locale.setlocale(locale.LC_ALL, "C.UTF-8")
    variable.set("planted")
    local.planted = 1
    kept.append(contextvars.copy_context())


@damage
def filters_and_logging():
    warnings.simplefilter("error")
    warnings.showwarning = print
    logging.basicConfig(level=0, force=True)
    logging.getLogger("planted").setLevel(50)
    logging.disable(10)
    logging.addLevelName(11, "PLANTED")


@damage
def import_system():
    sys.path.append("/planted")
    sys.path_hooks.append(lambda path: None)
    sys.path_importer_cache["/planted"] = None
    sys.meta_path.clear()
    sys.argv = ["planted"]
    sys.dont_write_bytecode = "planted"


@damage
def interpreter_settings():
    sys.setrecursionlimit(300)
    sys.setswitchinterval(1e-5)
    sys.set_int_max_str_digits(0)
    gc.set_threshold(1, 1, 1)
    gc.callbacks.append(lambda *a: kept.append(1))
    gc.disable()
    gc.freeze()


@damage
def hooks():
    sys.excepthook = sys.displayhook = sys.unraisablehook = print
    sys.stdout = sys.stderr
    sys.set_asyncgen_hooks(firstiter=kept.append, finalizer=kept.append)
    sys.addaudithook(lambda *a: None)
    threading.setprofile(lambda *a: None)
    sys.setprofile(lambda *a: None)
    sys.settrace(lambda *a: None)


@damage
def monitoring():
    sys.monitoring.use_tool_id(3, "planted")
    sys.monitoring.register_callback(3, sys.monitoring.events.PY_START, lambda *a: None)
    sys.monitoring.set_events(3, sys.monitoring.events.PY_START)


@damage
def at_exit():
    atexit.register(lambda: sys.modules.update(planted=sys))


@damage
def environment():
    os.environ["PLANTED"] = "1"
    os.environ.pop("LANG", None)
    ctypes.CDLL(None).setenv(b"PLANTED3", b"3", 1)


@damage
def signal_mask():
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1, signal.SIGTERM, signal.SIGSEGV])


@damage
def descriptors():
    kept.extend([[os.pipe() for _ in range(5)], [socket.socketpair() for _ in range(3)], os.dup(0)])
    os.dup2(1, 50)


@damage
def anonymous_memory():
    kept.extend([mmap.mmap(-1, 16 * PAGE) for _ in range(10)] + [mmap.mmap(-1, 3 << 20, flags=mmap.MAP_PRIVATE) for _ in range(3)])
    for area in kept[-13:]:
        area[:7] = b"planted"


@damage
def memory_of_the_top_level():
    private_memory[:4] = b"gone"
    private_memory[40 * PAGE] = 1


@damage
def moved_break():
    libc.sbrk.restype = ctypes.c_void_p
    libc.sbrk.argtypes = [ctypes.c_long]
    libc.sbrk(1 << 20)


@damage
def protected_memory():
    address = ctypes.addressof(ctypes.c_char.from_buffer(private_memory))
    libc.mprotect(ctypes.c_void_p(address + PAGE), 2 * PAGE, 0)


@damage
def unmapped_memory():
    address = ctypes.addressof(ctypes.c_char.from_buffer(private_memory))
    libc.munmap(ctypes.c_void_p(address + 8 * PAGE), 8 * PAGE)


@damage
def replaced_memory():
    address = ctypes.addressof(ctypes.c_char.from_buffer(private_memory))  # gets shared memory
    libc.mmap.restype = ctypes.c_void_p
    libc.mmap(ctypes.c_void_p(address), ctypes.c_size_t(8 * PAGE), 3, mmap.MAP_SHARED | mmap.MAP_ANONYMOUS | 0x10, -1, ctypes.c_long(0))
    ctypes.memset(address, ord("p"), 4)


@damage
def throws():
    global calls
    calls += 1
    raise RuntimeError("planted")


@damage
def exits():
    kept.append(1)
    sys.exit(3)


@damage
def loops():
    kept.append([bytes(1 << 20) for _ in range(20)])
    while True:
        kept.append(1)
        kept.pop()


def handler(event):
    print("looks")
    see = glance if "glances" in event else look
    before = _dumps(see())
    for name in event:
        DAMAGE[name]()
    try:
        after = _crc(_dumps(see()).encode())
    except Exception as error:
        after = _type(error).__name__
    return [before, after]
