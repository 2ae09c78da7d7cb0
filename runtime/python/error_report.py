"""Renders an exception for the function's owner: its type, message, stack and frames, of the function's own files alone. Run by bootstrap.py when
there is something to report; whatever the function has done to the modules used here, an answer comes back.
"""

FRAMES_MAX = 64  # kStackFramesMax

_files = {}  # file → module name
_traceback = None


class _PreparedSource:
    def get_source(self, name):
        return "undefined_name\n"


def prepare():
    """Imports what rendering needs, some of which is imported only when it is needed."""
    _import_traceback()
    for source in ("undefined_name", "not = python") * 8:
        try:
            exec(compile(source, "prepared.py", "exec"), {"__name__": "prepared", "__loader__": _PreparedSource()})
        except Exception as error:
            "".join(_traceback.TracebackException(type(error), error, error.__traceback__, compact=True).format())
    _traceback.linecache.clearcache()


def _import_traceback():
    global _traceback
    import traceback

    _traceback = traceback


def report(error):
    """(type, message, stack, [(function, file, line, column), …]), the frames innermost first."""
    global _files
    _files = host_files()
    hint = _import_hint(error)
    message = _message(error)
    if hint:
        message = f"{message} ({hint})"
        try:
            error.add_note(f"({hint})")
        except BaseException:
            pass
    frames = _places(error)
    kind = _type_name(error)
    try:
        stack = _render(error)
    except BaseException:
        stack = f"{kind}: {message}"
    return kind, message, stack, frames


def _type_name(error):
    """As the function names it: its own and the built-in classes bare, others with their module."""
    try:
        cls = type(error)
        name, module = str(cls.__qualname__), cls.__module__
        if module in ("builtins", host_function_module()):
            return name
        return f"{module}.{name}"
    except BaseException:
        return "Exception"


def _message(error):
    try:
        return str(error)
    except BaseException:
        return "<str() of the exception failed>"


def _import_hint(error):
    name = getattr(error, "name", None)
    if not isinstance(error, ModuleNotFoundError) or not isinstance(name, str):
        return ""
    return host_hint(name)


def _places(error):
    places = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename in _files:
            places.append(_place(code, trace))
        trace = trace.tb_next
    places.reverse()
    if isinstance(error, SyntaxError) and error.filename in _files:
        places.insert(0, ("", error.filename, _number(error.lineno), _number(error.offset)))
    return places[:FRAMES_MAX]


def _place(code, trace):
    line, column = trace.tb_lineno or 0, 0
    for index, position in enumerate(code.co_positions()):
        if index == trace.tb_lasti // 2:
            if position[0] == line and position[2] is not None:
                column = _characters(code.co_filename, line, position[2]) + 1
            break
    function = "" if code.co_name == "<module>" else code.co_qualname
    return function, code.co_filename, line, column


def _characters(file, line, offset):
    """How many characters the first `offset` bytes of a line are."""
    lines = host_source(_files[file]).split("\n")
    if not 0 < line <= len(lines):
        return offset
    return len(lines[line - 1].encode("utf-8", "surrogatepass")[:offset].decode("utf-8", "replace"))


def _number(value):
    return value if isinstance(value, int) and 0 <= value < 2**31 else 0


def _render(error):
    """Python's own rendering, causes and groups with it, without the frames that are not the function's."""
    if _traceback is None:
        _import_traceback()
    rendered = _traceback.TracebackException(type(error), error, error.__traceback__, compact=True)
    pending = [rendered]
    while pending:
        part = pending.pop()
        part.stack[:] = [frame for frame in part.stack if frame.filename in _files]
        pending += [part.__cause__] if part.__cause__ else []
        pending += [part.__context__] if part.__context__ else []
        pending += part.exceptions or []
    return "".join(rendered.format()).rstrip("\n")
