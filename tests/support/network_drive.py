"""A network drive: a file system in a process of its own that keeps its files in a folder, and refuses what it is told.

It speaks the kernel's own protocol of file systems in processes (linux/fuse.h, version 7.31), so what programs meet are
the kernel's real answers. Only root may mount it.
"""

import contextlib
import ctypes
import errno
import itertools
import os
import stat
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

# What such drives lack, and how they answer then unless told otherwise
LACKS = {
    "folder_fsync": "EINVAL",  # the list of names in a folder cannot be written to the disk (SMB, DrvFs)
    "file_fsync": "EINVAL",
    "flock": "EOPNOTSUPP",  # no lock of a whole file
    "posix_locks": "ENOLCK",  # no lock of a part of a file
    "shared_memory": "ENODEV",  # a file cannot be mapped into the memory of several processes
    "exchange": "EINVAL",  # two names cannot change places
    "rename_across": "EXDEV",  # nothing can be renamed from one folder into another
    "chmod": "EPERM",  # and everybody may read everything
    "utime": "EPERM",
    "link": "EPERM",  # no second names, and no links
    "case": "",  # capitals make no difference
}
LOOKUP, FORGET, GETATTR, SETATTR, READLINK, SYMLINK = 1, 2, 3, 4, 5, 6
MKDIR, UNLINK, RMDIR, RENAME, LINK, OPEN, READ, WRITE, STATFS = 9, 10, 11, 12, 13, 14, 15, 16, 17
RELEASE, FSYNC, FLUSH, INIT, OPENDIR, READDIR, RELEASEDIR, FSYNCDIR = 18, 20, 25, 26, 27, 28, 29, 30
GETLK, SETLK, SETLKW, ACCESS, CREATE, INTERRUPT, BATCH_FORGET, RENAME2 = 31, 32, 33, 34, 35, 36, 42, 45
POSIX_LOCKS, BIG_WRITES, FLOCK_LOCKS = 1 << 1, 1 << 5, 1 << 10
DIRECT_IO = 1
NOREPLACE, EXCHANGE, AT_FDCWD = 1, 2, -100
IS_FLOCK = 1  # in a lock's flags
MODE, SIZE, ATIME, MTIME, ATIME_NOW, MTIME_NOW = 1, 8, 16, 32, 128, 256
MOST_WRITTEN = 1 << 17
HELD_S = 1  # seconds for which the kernel need not ask again


def _has(flags: int, *which: int) -> bool:
    return any(flags & each for each in which)


class Drive:
    """The files below ``folder``, by the kernel's numbers of them."""

    def __init__(self, folder: Path, lacks: dict[str, str]) -> None:
        self.folder, self.lacks = folder, lacks
        self.names: dict[int, tuple[int, str]] = {1: (0, "")}
        self.numbers: dict[tuple[int, str], int] = {}
        self.next = itertools.count(2)
        self.opened: dict[int, list[int]] = {}  # file descriptors by number: a deleted file has no path
        self.listed: dict[int, list[tuple[str, int, int]]] = {}

    def path(self, node: int) -> Path:
        parts = []
        while node != 1:
            node, name = self.names[node]
            parts.append(name)
        return self.folder.joinpath(*reversed(parts))

    def name(self, parent: int, raw: bytes) -> str:
        """The name as it stands in the folder."""
        name = os.fsdecode(raw.partition(b"\0")[0])
        if "case" in self.lacks and not (self.path(parent) / name).exists():
            return next((each for each in self.entries(parent) if each.lower() == name.lower()), name)
        return name

    def entries(self, node: int) -> list[str]:
        return [each.name for each in self.path(node).iterdir()]

    def number(self, parent: int, name: str) -> int:
        if (parent, name) not in self.numbers:
            self.numbers[parent, name] = number = next(self.next)
            self.names[number] = (parent, name)
        return self.numbers[parent, name]

    def attributes(self, node: int) -> bytes:
        held = self.opened.get(node)
        about = os.fstat(held[-1]) if held else self.path(node).lstat()
        mode = about.st_mode if "chmod" not in self.lacks else stat.S_IFMT(about.st_mode) | 0o755
        times = (about.st_atime_ns, about.st_mtime_ns, about.st_ctime_ns)
        seconds, parts = [each // 10**9 for each in times], [each % 10**9 for each in times]
        sizes = (node, about.st_size, about.st_blocks)
        return struct.pack("<6Q10I", *sizes, *seconds, *parts, mode, max(about.st_nlink, 1), 0, 0, 0, 4096, 0)

    def entry(self, parent: int, name: str) -> bytes:
        (self.path(parent) / name).lstat()
        node = self.number(parent, name)
        return struct.pack("<4Q2I", node, 0, HELD_S, HELD_S, 0, 0) + self.attributes(node)

    def forget(self, parent: int, name: str) -> None:
        self.numbers.pop((parent, name), None)  # the kernel may still ask about the number itself

    def open(self, node: int, path: Path, flags: int, mode: int = 0o755) -> bytes:
        handle = os.open(path, flags & ~os.O_NOFOLLOW & ~os.O_APPEND, mode)
        self.opened.setdefault(node, []).append(handle)
        return struct.pack("<Q2I", handle, DIRECT_IO if "shared_memory" in self.lacks else 0, 0)

    def refuse(self, lack: str) -> None:
        if lack in self.lacks:
            raise OSError(getattr(errno, self.lacks[lack]), lack)

    def answer(self, call: int, node: int, data: bytes) -> bytes:
        if call == LOOKUP:
            return self.entry(node, self.name(node, data))
        if call == GETATTR:
            return struct.pack("<Q2I", HELD_S, 0, 0) + self.attributes(node)
        if call == SETATTR:
            return self.set_attributes(node, data)
        if call == READLINK:
            return os.fsencode(self.path(node).readlink())
        if call == SYMLINK:
            self.refuse("link")
            raw, target = data.split(b"\0")[:2]
            (self.path(node) / os.fsdecode(raw)).symlink_to(os.fsdecode(target))
            return self.entry(node, os.fsdecode(raw))
        if call == MKDIR:
            name = self.name(node, data[8:])
            (self.path(node) / name).mkdir(stat.S_IMODE(struct.unpack_from("<I", data)[0]))
            return self.entry(node, name)
        if call in (UNLINK, RMDIR):
            name = self.name(node, data)
            (Path.unlink if call == UNLINK else Path.rmdir)(self.path(node) / name)
            self.forget(node, name)
            return b""
        if call in (RENAME, RENAME2):
            return self.rename(call, node, data)
        if call == CREATE:
            (flags, mode), name = struct.unpack_from("<2I", data), self.name(node, data[16:])
            handle = os.open(self.path(node) / name, flags & ~os.O_APPEND | os.O_CREAT, stat.S_IMODE(mode))
            found = self.entry(node, name)
            self.opened.setdefault(self.number(node, name), []).append(handle)
            return found + struct.pack("<Q2I", handle, DIRECT_IO if "shared_memory" in self.lacks else 0, 0)
        if call == OPEN:
            return self.open(node, self.path(node), struct.unpack_from("<I", data)[0] & ~os.O_CREAT & ~os.O_EXCL)
        if call == READ:
            handle, offset, size = struct.unpack_from("<QQI", data)
            return os.pread(handle, size, offset)
        if call == WRITE:
            handle, offset, size = struct.unpack_from("<QQI", data)
            return struct.pack("<2I", os.pwrite(handle, data[40 : 40 + size], offset), 0)
        if call == STATFS:
            about = os.statvfs(self.folder)
            counts = (about.f_blocks, about.f_bfree, about.f_bavail, about.f_files, about.f_ffree)
            return struct.pack("<5Q4I24x", *counts, about.f_bsize, 255, about.f_frsize, 0)
        if call == RELEASE:
            handle = struct.unpack_from("<Q", data)[0]
            os.close(handle)
            self.opened[node].remove(handle)
            if not self.opened[node]:
                del self.opened[node]
            return b""
        if call in (FSYNC, FSYNCDIR):
            self.refuse("file_fsync" if call == FSYNC else "folder_fsync")
            return b""
        if call in (GETLK, SETLK, SETLKW):
            is_whole = struct.unpack_from("<QQQQIII", data)[-1] & IS_FLOCK
            self.refuse("flock" if is_whole else "posix_locks")
            return b""
        if call in (FLUSH, ACCESS):
            return b""
        if call == OPENDIR:
            handle = next(self.next)
            with os.scandir(self.path(node)) as found:
                kinds = [(each.name, stat.S_IFMT(each.stat(follow_symlinks=False).st_mode) >> 12) for each in found]
            self.listed[handle] = [(name, number, kind) for number, (name, kind) in enumerate(kinds, 1)]
            return struct.pack("<Q2I", handle, 0, 0)
        if call == READDIR:
            return self.list(data)
        if call == RELEASEDIR:
            del self.listed[struct.unpack_from("<Q", data)[0]]
            return b""
        raise OSError(errno.ENOSYS, "call")

    def set_attributes(self, node: int, data: bytes) -> bytes:
        valid, _, _, size, _, atime, mtime, _, a_ns, m_ns, _, mode = struct.unpack_from("<2IQQQ3Q3II", data)
        held = self.opened.get(node)
        target = Path(f"/proc/self/fd/{held[-1]}") if held else self.path(node)
        if _has(valid, MODE):
            self.refuse("chmod")
            target.chmod(stat.S_IMODE(mode))
        if _has(valid, SIZE):
            os.truncate(target, size)
        if _has(valid, ATIME, MTIME):
            self.refuse("utime")
            now, was = time.time_ns(), target.stat()
            given = (
                now if _has(valid, ATIME_NOW) else atime * 10**9 + a_ns if _has(valid, ATIME) else was.st_atime_ns,
                now if _has(valid, MTIME_NOW) else mtime * 10**9 + m_ns if _has(valid, MTIME) else was.st_mtime_ns,
            )
            os.utime(target, ns=given)
        return struct.pack("<Q2I", HELD_S, 0, 0) + self.attributes(node)

    def rename(self, call: int, node: int, data: bytes) -> bytes:
        into, flags = struct.unpack_from("<QI", data) if call == RENAME2 else (*struct.unpack_from("<Q", data), 0)
        old, new = data[16 if call == RENAME2 else 8 :].split(b"\0")[:2]
        if flags & EXCHANGE:
            self.refuse("exchange")
            return self.exchange((node, os.fsdecode(old)), (into, os.fsdecode(new)))
        if flags & NOREPLACE and (self.path(into) / os.fsdecode(new)).exists():
            raise OSError(errno.EEXIST, "rename")
        if node != into:
            self.refuse("rename_across")
        old, new = self.name(node, old), self.name(into, new) if "case" not in self.lacks else os.fsdecode(new)
        (self.path(node) / old).rename(self.path(into) / new)
        number = self.numbers.pop((node, old), None)
        self.numbers.pop((into, new), None)
        if number:
            self.names[number], self.numbers[into, new] = (into, new), number
        return b""

    def exchange(self, one: tuple[int, str], other: tuple[int, str]) -> bytes:
        places = [os.fsencode(self.path(node) / name) for node, name in (one, other)]
        if ctypes.CDLL(None, use_errno=True).renameat2(AT_FDCWD, places[0], AT_FDCWD, places[1], EXCHANGE):
            raise OSError(ctypes.get_errno(), "exchange")
        for place, number in [(other, self.numbers.pop(one, None)), (one, self.numbers.pop(other, None))]:
            if number:
                self.names[number], self.numbers[place] = place, number
        return b""

    def list(self, data: bytes) -> bytes:
        handle, offset, size = struct.unpack_from("<QQI", data)
        found = b""
        for name, number, kind in self.listed[handle][offset:]:
            raw = os.fsencode(name)
            line = struct.pack("<QQ2I", number, number, len(raw), kind) + raw
            line += bytes(-len(line) % 8)
            if len(found) + len(line) > size:
                break
            found += line
        return found

    def begin(self) -> bytes:
        flags = BIG_WRITES
        flags |= FLOCK_LOCKS if "flock" in self.lacks else 0
        flags |= POSIX_LOCKS if "posix_locks" in self.lacks else 0
        return struct.pack("<4I2H2I2HI28x", 7, 31, MOST_WRITTEN, flags, 12, 9, MOST_WRITTEN, 1, 0, 0, 0)

    def serve(self, line: int) -> None:
        while True:
            try:
                order = os.read(line, MOST_WRITTEN + 4096)
            except OSError as error:
                if error.errno in (errno.ENODEV, errno.EBADF):  # unmounted
                    return
                continue
            _, call, unique, node = struct.unpack_from("<IIQQ", order)
            if call in (FORGET, BATCH_FORGET, INTERRUPT):
                continue
            number, answer = 0, b""
            try:
                answer = self.begin() if call == INIT else self.answer(call, node, order[40:])
            except OSError as error:
                number = error.errno or errno.EIO
            except KeyError:
                number = errno.ESTALE
            with contextlib.suppress(FileNotFoundError):  # who asked does not wait any more
                os.write(line, struct.pack("<IiQ", 16 + len(answer), -number, unique) + answer)


@contextlib.contextmanager
def network_drive(place: Path, lacks: dict[str, str]) -> Iterator[Path]:
    """A network drive mounted at ``place``; its files are kept beside it. Skips where none can be mounted.

    lacks : of LACKS, with the system's name of the answer
    """
    files = place.with_name(f"{place.name} (files)")
    files.mkdir(parents=True, exist_ok=True)
    place.mkdir(parents=True, exist_ok=True)
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root may mount a file system")
    command = [sys.executable, __file__, place, files, *(f"{lack}={answer}" for lack, answer in lacks.items())]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            if (said := server.stdout.readline()) != "mounted\n":
                pytest.skip(f"no network drive can be mounted: {said}")
            yield place
        finally:
            subprocess.run(["umount", "--lazy", place], check=False, capture_output=True)
            server.kill()


def main(place: str, files: str, *lacks: str) -> None:
    try:
        line = os.open("/dev/fuse", os.O_RDWR)
        about = f"fd={line},rootmode=40000,user_id=0,group_id=0,allow_other".encode()
        if ctypes.CDLL(None, use_errno=True).mount(b"drive", os.fsencode(place), b"fuse", 0, about):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    except OSError as error:
        print(error, flush=True)
        return
    print("mounted", flush=True)
    Drive(Path(files), dict(each.split("=") for each in lacks)).serve(line)


if __name__ == "__main__":
    main(*sys.argv[1:])
