"""Python without what only Linux has, as near as Linux comes to Windows: for our code, and not for what it imports.

In a folder on PYTHONPATH this module is imported when an interpreter starts, so children have the same (conftest.py).

Absent are, for a module of ``analysis``: names of ``os``, ``signal`` and ``socket``, modules, ``ctypes.CDLL(None)``.
``sys.platform`` and ``os.name`` are those of Windows. What our code calls, also through libraries: no file is locked by
``flock``, a folder cannot be opened, a name that Windows forbids cannot be made, nothing is renamed onto something that
is there, and a file that this process holds open, or a folder with one in it, is not renamed, replaced or deleted.
"""

import builtins
import ctypes
import errno
import os
import re
import shutil  # noqa: F401  # it and others bind their names before these are absent
import signal
import socket
import subprocess  # noqa: F401
import sys
import types

from only_linux import MODULES, NAMES

# learn.microsoft.com/windows/win32/fileio/naming-a-file
FORBIDDEN = re.compile(r'[<>:"\\|?*\x00-\x1f]|[. ]$|^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)', re.IGNORECASE)
VIETNAMESE = 0x042A
IN_USE, ALREADY, BAD_NAME = 32, 183, 123  # errors of Windows
DEEP = 60  # frames to look through for one of ours


def is_ours(frame) -> bool:
    return frame.f_globals.get("__name__", "").split(".")[0] == "analysis"


def from_ours(but: str = "filelock") -> bool:
    """Whether a module of ours has called, also through a library; but not through that one, which knows Windows."""
    frame = sys._getframe(2)
    for _ in range(DEEP):
        if frame is None or frame.f_globals.get("__name__", "").split(".")[0] == but:
            return False
        if is_ours(frame):
            return True
        frame = frame.f_back
    return False


def hide(module, values: dict, ours: dict) -> None:
    """Names that a module of ours does not find there, or finds with another value; all others find them as before."""

    def found(name: str):
        if name in values:
            if not is_ours(sys._getframe(1)):
                return values[name]
            if name in ours:
                return ours[name]
        raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")

    for name in values:
        delattr(module, name)
    module.__getattr__ = found


class WithoutSome(types.ModuleType):
    """A module whose own functions use the names that ours do not find."""

    def __getattribute__(self, name: str):
        if name in types.ModuleType.__getattribute__(self, "_absent") and is_ours(sys._getframe(1)):
            raise AttributeError(f"module has no attribute {name!r}")
        return types.ModuleType.__getattribute__(self, name)


def hide_all() -> None:
    for module in (signal, socket):
        module._absent = frozenset(NAMES[module.__name__])
        module.__class__ = WithoutSome
    hide(os, {name: getattr(os, name) for name in (*NAMES["os"], "name") if hasattr(os, name)}, {"name": "nt"})
    hide(sys, {"platform": sys.platform}, {"platform": "win32"})

    class Windows:
        class kernel32:
            GetUserDefaultUILanguage = staticmethod(lambda: VIETNAMESE)

    ctypes.windll = Windows
    real = ctypes.CDLL
    hide(ctypes, {"CDLL": real}, {"CDLL": lambda name, *rest: real(name or 1 / 0, *rest)})
    import_anything = builtins.__import__

    def without_modules(name, globals=None, locals=None, fromlist=(), level=0):
        if name in MODULES and (globals or {}).get("__name__", "").split(".")[0] == "analysis":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return import_anything(name, globals, locals, fromlist, level)

    builtins.__import__ = without_modules


def refuse(number: int, windows: int, *paths) -> None:
    error = OSError(number, os.strerror(number), *map(str, paths[:1]))
    error.winerror = windows
    raise error


def held_open(path: str) -> bool:
    """Whether this process has that file open, or one in that folder."""
    path = os.path.realpath(path)
    for number in os.listdir("/proc/self/fd"):
        try:
            target = os.readlink(f"/proc/self/fd/{number}")
        except OSError:
            continue
        if target == path or target.startswith(path + "/"):
            return True
    return False


def check(event: str, about: tuple) -> None:
    """An audit hook: what Windows refuses is refused."""
    if event not in ("open", "os.rename", "os.remove", "os.rmdir", "os.mkdir"):
        return
    made = {"os.mkdir": about[:1], "os.rename": about[1:2]}.get(event, ())
    if event == "open":
        path, _, flags = about
        if not isinstance(path, (str, bytes)):
            return
        made = [path] if flags & (os.O_CREAT | os.O_WRONLY | os.O_RDWR) else []
    bad = [name for name in map(os.fsdecode, made) if FORBIDDEN.search(os.path.basename(name.rstrip("/")))]
    if bad and from_ours():
        refuse(errno.EINVAL, BAD_NAME, *bad)
    if event in ("os.rename", "os.remove") and from_ours():
        for path in about[: 2 if event == "os.rename" else 1]:
            if held_open(os.fsdecode(path)):
                refuse(errno.EACCES, IN_USE, path)


def change_calls() -> None:
    import fcntl

    rename, flock, opened = os.rename, fcntl.flock, os.open

    def rename_to_nothing(src, dst, **about):
        if os.path.lexists(dst) and from_ours() and not os.path.samefile(src, dst):
            refuse(errno.EEXIST, ALREADY, dst)
        return rename(src, dst, **about)

    def no_flock(*about):
        if from_ours(but=""):
            raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
        return flock(*about)

    def open_file(path, *rest, **about):
        if isinstance(path, (str, os.PathLike)) and is_ours(sys._getframe(1)) and os.path.isdir(path):
            refuse(errno.EACCES, 5, path)
        return opened(path, *rest, **about)

    os.rename, fcntl.flock, os.open = rename_to_nothing, no_flock, open_file


change_calls()
hide_all()
sys.addaudithook(check)
