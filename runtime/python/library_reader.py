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

# Beside the zones: the same ones with leap seconds, and once more; and a copy of one.
_NO_ZONES = {"right", "posix", "posixrules"}


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
    """[(key, TZif data), …] of each time zone the machine knows: those of zoneinfo.available_timezones(), which would open each file once more,
    and import much to look for a package.
    """
    zones = {}
    for root in zoneinfo.TZPATH:
        if os.path.isdir(root):
            _walk_zones(root, "", zones)
    return sorted(zones.items())


def _walk_zones(folder, prefix, zones):
    for entry in os.scandir(folder):
        if not prefix and entry.name in _NO_ZONES:
            continue
        if entry.is_dir():
            if not entry.is_symlink():
                _walk_zones(entry.path, f"{prefix}{entry.name}/", zones)
        elif prefix + entry.name not in zones:
            data = _read(entry.path)
            if data.startswith(b"TZif"):
                zones[prefix + entry.name] = data


def _read(path):
    """All of a file; nothing of one that can't be read. Without a file object, which costs more than reading does."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        return os.read(fd, os.fstat(fd).st_size)
    finally:
        os.close(fd)


def library_names():
    """The top-level names of the standard library, whether functions can import them or not."""
    return sorted(sys.stdlib_module_names)
