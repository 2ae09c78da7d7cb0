"""Runs in each interpreter that has a function, before any of the function's code: puts up the imports, the output and the errors that a function meets, loads it
and calls it. The C++ side (guest.cc) runs this file with the functions of host_functions.h as its globals, `host_*`, and takes `load` and
`call` from it.

The function may later change whatever it likes in its own interpreter, so what is used after it has begun is bound here, and modules that
cost much to import (asyncio, traceback) are imported only by those who need them.
"""

import gc
import sys
import time
from _frozen_importlib import BuiltinImporter, FrozenImporter, ModuleSpec
from _json import make_scanner
from io import BytesIO, RawIOBase, TextIOWrapper

# A new interpreter has not imported it; nor has the function.
del sys.modules["gc"]

# As in runtime/channel/messages.h.
RETURNED, THREW, SOURCE_INVALID, HANDLER_NOT_FOUND, MEMORY_LIMIT = 1, 2, 3, 4, 5
DEBUG, INFO, WARN, ERROR = 1, 2, 3, 4

# Names that the interpreter itself stands on: a manifest's module does not take their place.
_FIXED_MODULES = ("sys", "builtins")

_builtins = sys.modules["builtins"]

_CO_VARARGS, _CO_COROUTINE = 0x04, 0x80
_FUNCTION_TYPE = type(lambda: None)


# Imports ---------------------------------------------------------------------------------------------------------


class ManifestLoader:
    """Loads the function's own modules, out of memory. One for all of them."""

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        _run(host_code(module.__spec__.name), module)

    def get_code(self, fullname):
        return host_code(fullname)

    def get_source(self, fullname):
        _module(fullname)
        return host_source(fullname)

    def get_filename(self, fullname):
        return _module(fullname)[0]

    def is_package(self, fullname):
        return _module(fullname)[1]

    def get_data(self, path):
        raise FileNotFoundError(2, "No such file or directory", path)

    def get_resource_reader(self, fullname):
        return NoResources(fullname, exists=True)


class NoResources:
    """What importlib.resources finds in a package of the function: an empty folder, and nothing below it."""

    def __init__(self, path, exists):
        self._path = path
        self._exists = exists
        self.name = path.rpartition("/")[2]

    def files(self):
        return self

    def iterdir(self):
        return iter(())

    def is_dir(self):
        return self._exists

    def is_file(self):
        return False

    def joinpath(self, *names):
        return NoResources("/".join((self._path, *map(str, names))), exists=False) if names else self

    __truediv__ = joinpath

    def open(self, *arguments, **options):
        raise FileNotFoundError(2, "No such file or directory", self._path)

    read_bytes = read_text = open


def _run(code, module):
    # This file runs with a copy of the built-in names; the function's modules have the real ones.
    module.__builtins__ = _builtins
    exec(code, module.__dict__)


def _module(fullname):
    found = host_find(fullname)
    if found is None:
        raise ImportError(f"no module named {fullname!r} in the manifest", name=fullname)
    return found


class HookedLoader:
    """Loads a module of the standard library and then lets `hook` change it."""

    def __init__(self, loader, hook):
        self._loader = loader
        self._hook = hook

    def create_module(self, spec):
        return self._loader.create_module(spec)

    def exec_module(self, module):
        module.__spec__.loader = module.__loader__ = self._loader
        self._loader.exec_module(module)
        self._hook(module)


class ManifestFinder:
    """Finds the function's own modules, before the standard library's."""

    def __init__(self, hooks):
        self._loader = ManifestLoader()
        self._hooks = hooks
        self.find_kept = lambda fullname: None  # main_packages' find_spec, in the main interpreter

    def find_spec(self, fullname, path=None, target=None):
        found = host_find(fullname)
        # A parent that only the names below it imply gives way to the standard library's package of that name.
        if found is not None and not (found[2] and FrozenImporter.find_spec(fullname)):
            return self.make_spec(fullname, found)
        kept = self.find_kept(fullname)
        if kept is not None:
            return kept
        hook = self._hooks.get(fullname)
        spec = FrozenImporter.find_spec(fullname) if hook else None
        if spec is not None:
            spec.loader = HookedLoader(spec.loader, hook)
        return spec

    def make_spec(self, fullname, found):
        file, is_package, _ = found
        spec = ModuleSpec(fullname, self._loader, origin=file, is_package=is_package)
        spec.has_location = True
        if is_package:
            spec.submodule_search_locations.append(fullname.replace(".", "/"))
        return spec

    def invalidate_caches(self):
        pass


# Output ----------------------------------------------------------------------------------------------------------


class OutputBytes(RawIOBase):
    """The bytes of sys.stdout or sys.stderr; each line becomes a log entry of the level that holds when it is written."""

    def __init__(self, stream, level):
        self._stream = stream
        self.level = level

    def writable(self):
        return True

    def write(self, data):
        return host_write(self._stream, self.level, data)


def _text_stream(buffer, name):
    stream = TextIOWrapper(buffer, encoding="utf-8", errors="backslashreplace", newline="\n", write_through=True)
    stream.mode = "w"
    buffer.name = name
    return stream


_out, _err = OutputBytes(0, INFO), OutputBytes(1, ERROR)


class at_level:
    """What is written inside is logged at `level`."""

    def __init__(self, level):
        self._level = level

    def __enter__(self):
        self._before = _out.level, _err.level
        _out.level = _err.level = self._level

    def __exit__(self, *error):
        _out.level, _err.level = self._before


# The library's hooks ---------------------------------------------------------------------------------------------

_hooks = {
    "__builtins__": __builtins__,
    "at_level": at_level,
    "host_files": host_files,
    "host_zone": host_zone,
    "host_zone_names": host_zone_names,
    "levels": (DEBUG, INFO, WARN, ERROR),
}
exec(host_internal("library_hooks"), _hooks)


def repeats():
    """Called before the checkpoint: whether reseed() has anything to do."""
    packages_repeat = _main_packages is not None and _main_packages["prepare_reseed"]()
    return bool(_hooks["os_seeded"]) or packages_repeat


def reseed():
    """Draws the state anew of what would else give the same numbers after each rewind."""
    if _main_packages is not None:
        _main_packages["reseed"]()
    _hooks["reseed"]()


# The main interpreter --------------------------------------------------------------------------------------------

_main_packages = None  # main_packages.py's namespace, in the main interpreter


def prepare_packages():
    """In the main interpreter, while files can be read: loads the packages that work in no other."""
    global _main_packages
    namespace = {
        "__builtins__": __builtins__,
        "host_find": host_find,
        "host_read_mt19937": host_read_mt19937,
        "host_redraw_mt19937": host_redraw_mt19937,
        "host_replace_method": host_replace_method,
        "note_generator": _hooks["note"],
        "reseed_generators": _hooks["reseed"],
    }
    before = set(sys.modules)
    exec(host_internal("main_packages"), namespace)
    namespace["load"](before)
    for name in set(sys.modules) - before:
        del sys.modules[name]
    # A generator of a module that no function has imported yet.
    _hooks["os_seeded"].clear()
    _finder.find_kept = namespace["find_spec"]
    _main_packages = namespace


# Set-up ----------------------------------------------------------------------------------------------------------


def _set_up():
    sys.path.clear()
    sys.path_hooks.clear()
    sys.path_importer_cache.clear()
    sys.meta_path[:] = [_finder, BuiltinImporter, FrozenImporter]
    sys.stdout = sys.__stdout__ = _text_stream(_out, "<stdout>")
    sys.stderr = sys.__stderr__ = _text_stream(_err, "<stderr>")
    sys.stdin = sys.__stdin__ = TextIOWrapper(BytesIO(), encoding="utf-8")
    _builtins.exit = _builtins.quit = sys.exit


_finder = ManifestFinder(_hooks["HOOKS"])
_set_up()


# The handler -----------------------------------------------------------------------------------------------------


class Context:
    """What a handler that takes a second parameter is given."""

    __slots__ = ("invocation_id", "_deadline")

    def __init__(self, invocation_id, deadline):
        self.invocation_id = invocation_id
        self._deadline = deadline

    def get_remaining_time_in_millis(self):
        """Milliseconds until the call is ended, at least 0."""
        return max(0, (self._deadline - _monotonic_ns()) // 1_000_000)


# CPython's own JSON parser, without the module `json` around it, which takes ten times as long to import as this file takes to run.
scan_json = make_scanner(
    type(sys.implementation)(
        strict=True, object_hook=None, object_pairs_hook=None, parse_float=float, parse_int=int, parse_constant=None
    )
)

freeze = gc.freeze
_monotonic_ns = time.monotonic_ns
_handler = None
_takes_context = False
_prepared_report = None  # error_report's, if it is prepared
_report_modules = {}  # and the modules that it has imported, which the function has not
_kept = []  # what must live as long as the interpreter


def _plain_function(handler):
    """The function behind a handler, and how many parameters are bound already; None if it is none."""
    bound = 0
    while True:
        if isinstance(handler, _FUNCTION_TYPE):
            inner = getattr(handler, "__wrapped__", None)
            if inner is None or not handler.__code__.co_flags & _CO_VARARGS:
                return handler, bound
            handler = inner
        elif hasattr(handler, "__func__"):
            handler, bound = handler.__func__, bound + 1
        elif not isinstance(handler, type) and isinstance(getattr(type(handler), "__call__", None), _FUNCTION_TYPE):
            handler, bound = type(handler).__call__, bound + 1
        else:
            return None, 0


def _wants_context(function, bound):
    """Whether there is a second positional parameter that must be given, or one named `context`."""
    code = function.__code__
    names = code.co_varnames[: code.co_argcount]
    required = code.co_argcount - len(function.__defaults__ or ())
    return len(names) > bound + 1 and (required > bound + 1 or names[bound + 1] == "context")


def _functions_of(namespace, module_name):
    return [
        name
        for name, value in namespace.items()
        if callable(value) and not name.startswith("_") and getattr(value, "__module__", None) == module_name
    ][:20]


def _no_handler(name, namespace, module_name):
    functions = ", ".join(_functions_of(namespace, module_name))
    there = f"the source has {functions}" if functions else "the source defines no functions"
    if name in namespace:
        message = f"{name!r} is no function but of type {type(namespace[name]).__name__!r}; {there}"
    else:
        message = f"no function named {name!r}; {there}"
    return HANDLER_NOT_FOUND, "AttributeError", message, "", []


def load(module_name, handler_name):
    """Runs the source's top level and resolves the handler. None if all went well; else a failure: (outcome, type, message, stack, frames)."""
    global _handler, _takes_context
    try:
        for name in host_names():
            if name not in _FIXED_MODULES:
                sys.modules.pop(name, None)
        spec = _finder.make_spec(module_name, host_find(module_name))
        module = type(sys)(module_name)
        module.__spec__, module.__loader__, module.__file__, module.__package__ = spec, spec.loader, spec.origin, ""
        sys.modules[module_name] = module
        with at_level(WARN):
            code = host_code(module_name)
        _run(code, module)
        _handler = module.__dict__.get(handler_name)
        if not callable(_handler):
            return _no_handler(handler_name, module.__dict__, module_name)
        function, bound = _plain_function(_handler)
        _takes_context = function is not None and _wants_context(function, bound)
        if function is not None and function.__code__.co_flags & _CO_COROUTINE and host_mentions_asyncio():
            import asyncio
        return None
    except BaseException as error:
        return failure(SOURCE_INVALID, error)
    finally:
        _flush()


def call(event, invocation_id, deadline):
    """Calls the handler: (RETURNED, result), or a failure. `deadline` is a time.monotonic_ns()."""
    try:
        if _takes_context:
            result = _handler(event, Context(invocation_id, deadline))
        else:
            result = _handler(event)
        if hasattr(type(result), "__await__") or (
            type(result).__name__ == "generator" and result.gi_code.co_flags & 0x100
        ):
            result = _await(result)
        return RETURNED, result
    except BaseException as error:
        return failure(THREW, error)
    finally:
        _flush()


def _await(awaitable):
    """Runs an event loop until the awaitable is done. What is still pending then never runs."""

    async def settle():
        return await awaitable

    if "asyncio" not in sys.modules and not host_mentions_asyncio():
        return _run_without_loop(settle())
    import asyncio

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        return loop.run_until_complete(settle())
    finally:
        # A pending task that is dropped complains; it is dropped with the interpreter.
        _kept.extend(asyncio.all_tasks(loop))
        loop.close()


def _run_without_loop(coroutine):
    """Where nothing names asyncio, nothing can wait for anything, and its import would take longer than all the rest."""
    try:
        waits_for = coroutine.send(None)
    except StopIteration as done:
        return done.value
    raise RuntimeError(f"Task got bad yield: {waits_for!r}")


def _flush():
    """The function may have put streams of its own before ours."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:
            pass


def failure(outcome, error):
    """An exception as (outcome, type, message, stack, frames)."""
    if isinstance(error, MemoryError):
        outcome = MEMORY_LIMIT
        _clear_frames(error)
    kind, message, stack, frames = _report(error)
    if outcome == MEMORY_LIMIT and not message:
        message = "the function needs more memory than its limit"
    return outcome, kind, message, stack, frames


def _report(error):
    """error_report's report(), with the modules that it imports lent to it."""
    report = _prepared_report or _error_report()["report"]
    modules = sys.modules
    lent = [name for name in _report_modules if name not in modules]
    for name in lent:
        modules[name] = _report_modules[name]
    try:
        return report(error)
    finally:
        for name in lent:
            modules.pop(name, None)


def _error_report():
    namespace = {
        "__builtins__": __builtins__,
        "host_source": host_source,
        "host_hint": host_hint,
        "host_files": host_files,
        "host_function_module": host_function_module,
    }
    exec(host_internal("error_report"), namespace)
    return namespace


def prepare_report():
    """Makes failure() quick, once for all calls: what it imports, it keeps for itself."""
    global _prepared_report
    before = set(sys.modules)
    namespace = _error_report()
    namespace["prepare"]()
    for name in set(sys.modules) - before:
        _report_modules[name] = sys.modules.pop(name)
    _prepared_report = namespace["report"]


def _clear_frames(error):
    """Lets go of what the function's frames hold: there is little memory to report with."""
    trace = error.__traceback__
    while trace is not None:
        try:
            trace.tb_frame.clear()
        except RuntimeError:
            pass
        trace = trace.tb_next
