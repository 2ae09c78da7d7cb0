"""Reads the standard library and the time zones for the interpreters that may open no file. Runs once, in the main interpreter, while files can
still be read.
"""

import importlib.util
import marshal
import os
import sys
import zoneinfo

# Not for functions: tests, tools with a window or a terminal, installers.
_LEFT_OUT = {
    "__phello__", "__pycache__", "ensurepip", "idlelib", "lib-dynload", "site-packages", "dist-packages", "test", "tkinter", "turtledemo",
}


def read_modules(root):
    """[(name, marshalled code, is a package), …] of each module below `root`."""
    modules = []
    _walk(root, "", modules)
    return modules


def _walk(folder, prefix, modules):
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        stem, ending = os.path.splitext(entry.name)
        if entry.name in _LEFT_OUT:
            continue
        if entry.is_dir():
            if entry.name.isidentifier():
                _walk(entry.path, f"{prefix}{entry.name}.", modules)
        elif ending == ".py":
            is_package = stem == "__init__"
            name = prefix[:-1] if is_package else prefix + stem
            if name:
                modules.append((name, _code(entry.path), is_package))


def _code(path):
    """The marshalled code, from the compiled file if that is up to date."""
    status = os.stat(path)
    try:
        with open(importlib.util.cache_from_source(path), "rb") as file:
            data = file.read()
    except OSError:
        data = b""
    header = importlib.util.MAGIC_NUMBER + bytes(4) + _word(status.st_mtime) + _word(status.st_size)
    if data[:16] == header:
        return data[16:]
    with open(path, "rb") as file:
        return marshal.dumps(compile(file.read(), path, "exec", dont_inherit=True))


def _word(number):
    return (int(number) & 0xFFFFFFFF).to_bytes(4, "little")


def read_zones():
    """[(key, TZif data), …] of each time zone the machine knows."""
    zones = []
    for key in sorted(zoneinfo.available_timezones()):
        for root in zoneinfo.TZPATH:
            try:
                with open(os.path.join(root, key), "rb") as file:
                    zones.append((key, file.read()))
                break
            except OSError:
                pass
    return zones


def library_names():
    """The top-level names of the standard library, whether functions can import them or not."""
    return sorted(sys.stdlib_module_names)
