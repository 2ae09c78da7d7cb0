"""The packages that work in the main interpreter only: numpy. bootstrap.py runs this file there, once, while files can still be read: it loads all of
them, takes them out of sys.modules, and hands them to the functions that import them. numpy works on with the modules that it was loaded with, so a
function that imports one of those is given that one too.

numpy's random state comes back with each rewind: this file knows which generators got their seed from the kernel, and draws them anew.
"""

import gc
import os
import posix
import sys
from _frozen_importlib import ModuleSpec
from _frozen_importlib_external import FileFinder, PathFinder, _get_supported_file_loaders

FOLDER = "/usr/lib/python3/dist-packages"
PACKAGE = "numpy"

# Not for functions: tests, and what builds extension modules.
_LEFT_OUT = {
    "__main__", "__pycache__", "_configtool", "_pyinstaller", "conftest", "cversions", "distutils", "extbuild", "f2py", "matlib", "mypy_plugin",
    "tests", "testutils",
}
# Read while the libraries beneath numpy are loaded: no threads.
_SINGLE_THREADED = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "BLIS_NUM_THREADS": "1"}

_kept = {}  # every module that was loaded here, by name
_first = []  # the names that are there as soon as a function has imported numpy
_is_handed_out = False


# Loading ---------------------------------------------------------------------------------------------------------


class _FolderFinder:
    """Finds the package in the folder, and nothing else."""

    def find_spec(self, fullname, path=None, target=None):
        if fullname.partition(".")[0] != PACKAGE:
            return None
        return PathFinder.find_spec(fullname, [FOLDER] if path is None else path)


def load(before):
    """Loads the package, if it is installed and works. `before` are the names of the modules that every function finds; the others in
    sys.modules are taken out of it afterwards."""
    if not os.path.exists(f"{FOLDER}/{PACKAGE}/__init__.py"):
        return
    finder = _FolderFinder()
    gc.disable()  # all of it stays
    sys.meta_path.append(finder)
    sys.path_hooks.append(FileFinder.path_hook(*_get_supported_file_loaders()))
    for name, value in _SINGLE_THREADED.items():
        posix.putenv(name, value)
    try:
        _load_all(before)
    except Exception:
        # One that does not work is as one that is not there.
        _kept.clear()
    finally:
        for name in _SINGLE_THREADED:
            posix.unsetenv(name)
        sys.meta_path.remove(finder)
        sys.path_hooks.clear()
        sys.path_importer_cache.clear()
        gc.enable()


def _load_all(before):
    import numpy
    import numpy.fft
    import numpy.linalg
    import numpy.random

    # A function that imports `random` is to be noticed: its state is drawn anew then.
    _first.extend(name for name in sys.modules if name not in before and name != "random")
    for name in _submodules(f"{FOLDER}/{PACKAGE}", f"{PACKAGE}."):
        try:
            __import__(name)
        except Exception:
            pass
    _watch_random(numpy)
    _kept.update((name, module) for name, module in sys.modules.items() if name not in before)


def _submodules(folder, prefix):
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        stem, _, ending = entry.name.partition(".")
        if stem in _LEFT_OUT:
            continue
        if entry.is_dir():
            if os.path.exists(f"{entry.path}/__init__.py"):
                yield prefix + stem
                yield from _submodules(entry.path, f"{prefix}{stem}.")
        elif (ending == "py" or ending.endswith("so")) and stem != "__init__":
            yield prefix + stem


# Handing out -----------------------------------------------------------------------------------------------------


class _KeptLoader:
    """Gives the module that was loaded before."""

    def create_module(self, spec):
        module = _kept[spec.name]
        spec.loader_state = getattr(module, "__spec__", None)
        return module

    def exec_module(self, module):
        module.__spec__ = module.__spec__.loader_state
        _hand_out(module)


_loader = _KeptLoader()


def find_spec(fullname):
    """The spec of a module that was loaded here, or None."""
    module = _kept.get(fullname)
    if module is None:
        return None
    return ModuleSpec(fullname, _loader, origin=getattr(module, "__file__", None), is_package=hasattr(module, "__path__"))


def _hand_out(module):
    global _is_handed_out
    if module is _kept.get("random"):
        note_generator(module._inst, True)
        reseed_generators()
    if not hasattr(module, "__path__"):
        # What it has put into sys.modules below its own name: os.path.
        below = module.__name__ + "."
        for name in _kept:
            if name.startswith(below):
                sys.modules.setdefault(name, _kept[name])
    if module is not _kept[PACKAGE] or _is_handed_out:
        return
    _is_handed_out = True
    _redraw_global()
    for name in _first:
        # The manifest's own modules stay in their place.
        if host_find(name) is None:
            sys.modules.setdefault(name, _kept[name])


# Random numbers --------------------------------------------------------------------------------------------------

_os_entropy = set()  # every seed that numpy has drawn from the kernel
_global_state = None  # the RandomState behind np.random.rand() and its fellows
_frozen = []  # the generators that a function's gc.freeze() has hidden
_redraws = []  # what reseed() calls: (function, argument)


def _watch_random(numpy):
    global _global_state, _bit_generator, _SeedSequence, _RandomState, _MT19937
    from numpy.random import bit_generator, mtrand

    _bit_generator, _RandomState, _MT19937 = bit_generator, mtrand.RandomState, numpy.random.MT19937
    _SeedSequence = bit_generator.SeedSequence
    _watch_seeds()
    _watch_freeze()
    _global_state = mtrand._rand
    _make_global()
    _check_layout(_global_state._bit_generator)


def _watch_seeds():
    draw = _bit_generator.randbits

    def randbits(bits):
        entropy = draw(bits)
        _os_entropy.add(entropy)
        return entropy

    _bit_generator.randbits = randbits
    seed_plainly = _RandomState.seed

    def seed(self, seed=None):
        seed_plainly(self, seed)
        if seed is None:
            # numpy forgets here where the seed came from; this way it remembers.
            self._bit_generator.__init__()

    seed.__doc__ = seed_plainly.__doc__
    host_replace_method(_RandomState, "seed", seed)
    for kind in _bit_generator.BitGenerator.__subclasses__():
        if hasattr(kind, "jumped"):
            host_replace_method(kind, "jumped", _watched_jumped(kind.jumped))


def _watched_jumped(jump_plainly):
    def jumped(self, jumps=1):
        jump = jump_plainly(self, jumps)
        if not _is_from_os(self.seed_seq):
            # It has drawn a seed of its own, and then taken over the state of one that the function has seeded.
            state = jump.state
            jump.__init__(0)
            jump.state = state
        return jump

    jumped.__doc__ = jump_plainly.__doc__
    return jumped


def _make_global():
    class GlobalSequence(_SeedSequence):
        """Nothing but spawn() shows the seed of the global generator, so it is drawn there."""

        def spawn(self, n_children):
            self.__init__()
            return _SeedSequence.spawn(self, n_children)

    GlobalSequence.__name__ = GlobalSequence.__qualname__ = _SeedSequence.__name__
    _global_state._bit_generator.__init__(GlobalSequence())


def _check_layout(generator):
    state = generator.state["state"]
    if host_read_mt19937(generator.capsule) != state["key"].astype("uint32").tobytes() + state["pos"].to_bytes(4, "little"):
        raise ImportError("this numpy keeps its random state in another form")


def _is_from_os(sequence):
    entropy = sequence.entropy if issubclass(type(sequence), _SeedSequence) else None
    return type(entropy) is int and entropy in _os_entropy


def _redraw_global():
    if _is_from_os(_global_state._bit_generator.seed_seq):
        for redraw, argument in _redraws_of(_global_state._bit_generator):
            redraw(argument)


def _redraws_of(generator):
    kind = next(kind for kind in type(generator).__mro__ if kind.__module__.startswith(PACKAGE))
    if kind is _MT19937:
        return [(host_redraw_mt19937, generator.capsule)]
    return [(kind.__init__, generator)]


def _redraw_sequence(sequence):
    _SeedSequence.__init__(
        sequence,
        spawn_key=sequence.spawn_key,
        pool_size=sequence.pool_size,
        n_children_spawned=sequence.n_children_spawned,
    )


def _forget_gauss(state):
    """One half of a pair of numbers, drawn from what is drawn anew."""
    if _is_from_os(state._bit_generator.seed_seq):
        values = _RandomState.get_state(state, legacy=False)
        values["has_gauss"], values["gauss"] = 0, 0.0
        _RandomState.set_state(state, values)


def _collectable():
    """The generators that the collector knows: all but those that are frozen."""
    kinds = (_bit_generator.BitGenerator, _RandomState, _SeedSequence)
    return [value for value in gc.get_objects() if issubclass(type(value), kinds)]


def _watch_freeze():
    freeze_plainly = gc.freeze

    def freeze():
        _frozen.extend(_collectable())
        freeze_plainly()

    freeze.__doc__ = freeze_plainly.__doc__
    gc.freeze = freeze


def prepare_reseed():
    """Finds the generators that the function has not seeded itself. Whether reseed() has anything to do."""
    _redraws.clear()
    if not _is_handed_out:
        return False
    # The image's own are frozen too.
    found = [_global_state, _global_state._bit_generator, *_frozen, *_collectable()]
    for value in {id(value): value for value in found}.values():
        if issubclass(type(value), _RandomState):
            _forget_gauss(value)
        elif issubclass(type(value), _SeedSequence):
            if _is_from_os(value):
                _redraws.append((_redraw_sequence, value))
        elif _is_from_os(value.seed_seq):
            _redraws.extend(_redraws_of(value))
    return bool(_redraws)


def reseed():
    for redraw, argument in _redraws:
        redraw(argument)
