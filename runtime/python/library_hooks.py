"""Changes modules of the standard library when they are imported, so that they fit a function that reads no file and comes back to a checkpoint:
what is logged has its level, time zones are the host's, and random numbers do not come again. bootstrap.py runs this file in each interpreter,
and takes `HOOKS`, `os_seeded`, `note` and `reseed` from it.
"""

import sys
from _weakref import ref
from io import BytesIO
from posix import urandom

DEBUG, INFO, WARN, ERROR = levels


# Output ----------------------------------------------------------------------------------------------------------


def _log_level(number):
    return ERROR if number >= 40 else WARN if number >= 30 else INFO if number >= 20 else DEBUG


def _hook_logging(logging):
    """Gives records their own level. Without any configuration, the root logger shows INFO and above, the message alone; with
    logging.basicConfig and the like, what the function asks for."""
    emit = logging.StreamHandler.emit

    def emit_at_level(self, record):
        with at_level(_log_level(record.levelno)):
            emit(self, record)

    configure = logging.basicConfig

    def basic_config(**options):
        # logging.info() and the like call it without any option: the handler of last resort does then.
        if options:
            configure(**options)

    logging.StreamHandler.emit = emit_at_level
    logging.basicConfig = basic_config
    logging.lastResort.setLevel(logging.NOTSET)
    logging.root.setLevel(logging.INFO)


def _hook_warnings(warnings):
    show = warnings._showwarnmsg_impl

    def show_at_level(message):
        module = sys.modules.get(host_files().get(message.filename))
        if module is not None:
            import linecache

            linecache.lazycache(message.filename, module.__dict__)
        with at_level(WARN):
            show(message)

    warnings._showwarnmsg_impl = show_at_level


# Random numbers --------------------------------------------------------------------------------------------------

os_seeded = {}  # the generators whose seed came from the kernel: id → weak reference
_seed_generator = None  # (generator, number): _random.Random.seed


def note(generator, isos_seeded):
    key = id(generator)
    if isos_seeded:
        os_seeded[key] = ref(generator, lambda _: os_seeded.pop(key, None))
    else:
        os_seeded.pop(key, None)


def _hook_random(random):
    """Remembers which generators the function has not seeded itself, so that their numbers do not come again after a rewind."""
    global _seed_generator
    Random = random.Random
    _seed_generator = random._random.Random.seed
    plain_seed, plain_setstate = Random.seed, Random.setstate

    def seed(self, a=None, version=2):
        plain_seed(self, a, version)
        note(self, a is None)

    def setstate(self, state):
        plain_setstate(self, state)
        note(self, False)

    for name, function, plain in (("seed", seed, plain_seed), ("setstate", setstate, plain_setstate)):
        function.__qualname__, function.__module__, function.__doc__ = plain.__qualname__, plain.__module__, plain.__doc__
        setattr(Random, name, function)
        setattr(random, name, getattr(random._inst, name))
    note(random._inst, True)


def reseed():
    """Draws the state anew of the generators that the function has not seeded itself."""
    for reference in list(os_seeded.values()):
        generator = reference()
        if generator is not None:
            _seed_generator(generator, int.from_bytes(urandom(32)))
            generator.gauss_next = None


# Time zones ------------------------------------------------------------------------------------------------------


def _hook_zoneinfo_common(common):
    def load_tzdata(key):
        data = host_zone(key)
        if data is None:
            raise common.ZoneInfoNotFoundError(f"No time zone found with key {key}")
        return BytesIO(data)

    common.load_tzdata = load_tzdata


def _hook_zoneinfo_path(tzpath):
    tzpath.TZPATH = ()
    tzpath.available_timezones = lambda: set(host_zone_names())


HOOKS = {
    "logging": _hook_logging,
    "random": _hook_random,
    "warnings": _hook_warnings,
    "zoneinfo._common": _hook_zoneinfo_common,
    "zoneinfo._tzpath": _hook_zoneinfo_path,
}
