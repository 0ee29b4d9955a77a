"""Standard input, output and error of the command, made so that a line that cannot be printed stops nothing.

Output may be a full disk, a pipe whose reader has left (``| head``), closed (``>&-``), or missing (``pythonw``). A
schedule's reports and mails are worth more than the lines about them. This module imports none of ours.
"""

import codecs
import contextlib
import io
import os
import sys
import unicodedata
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TextIO

TONES = "\u0300\u0301\u0303\u0309\u0323"  # cp1258, of Vietnamese Windows, has these apart from the letters
PLAIN = {"đ": "d", "Đ": "D", "–": "-", "—": "-", "−": "-", "“": '"', "”": '"', "…": "...", "\u00a0": " "}
STREAMS = {"stdin": "r", "stdout": "w", "stderr": "w"}  # in the order of their file descriptors


class Outlet:
    """A stream that never fails: what cannot be written is lost, and ``unwritten`` says why."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.unwritten: OSError | None = None

    def __getattr__(self, name: str) -> object:
        return getattr(self.stream, name)

    def write(self, text: str) -> int:
        with self._noting():
            self.stream.write(text)
        return len(text)

    def writelines(self, lines: list[str]) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        with self._noting():
            self.stream.flush()

    def close_off(self) -> None:
        """Let what is still unwritten go nowhere: at its end the interpreter would try again, and fail (status 120)."""
        self.flush()
        if self.unwritten:
            with contextlib.suppress(OSError, ValueError):  # a stream of a test has no file descriptor
                number = os.open(os.devnull, os.O_WRONLY)
                os.dup2(number, self.stream.fileno())
                os.close(number)

    @contextlib.contextmanager
    def _noting(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self.unwritten = self.unwritten or error


@contextlib.contextmanager
def unfailing() -> Iterator[None]:
    """Until the context ends, standard output and error are Outlets, and no stream is missing."""
    _open_closed()
    before = {name: getattr(sys, name) for name in STREAMS}
    for name, mode in STREAMS.items():
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 (for as long as the process)
    outlets = [Outlet(sys.stdout), Outlet(sys.stderr)]
    for each in outlets:
        if isinstance(each.stream, io.TextIOWrapper):
            each.reconfigure(errors=nearest(each.encoding))  # a console may be unable to show Vietnamese
    sys.stdout, sys.stderr = outlets
    try:
        yield
    finally:
        for each in outlets:
            each.close_off()
        for name, stream in before.items():
            if stream is not None:
                setattr(sys, name, stream)


def nearest(encoding: str) -> str:
    """A name for ``errors=``: what the encoding lacks is written as a letter without tone, or mark, else as ?"""
    name = f"analysis.nearest-{encoding}"
    codecs.register_error(name, partial(_nearest, encoding))
    return name


def _nearest(encoding: str, error: UnicodeEncodeError) -> tuple[str, int]:
    letters = error.object[error.start : error.end]
    return "".join(_form(each, encoding) for each in letters), error.end


def _form(letter: str, encoding: str) -> str:
    parts = unicodedata.normalize("NFD", letter)
    marked = unicodedata.normalize("NFC", "".join(each for each in parts if each not in TONES))
    tone = "".join(each for each in parts if each in TONES)
    for form in (marked + tone, marked, PLAIN.get(letter), parts[:1]):
        with contextlib.suppress(UnicodeEncodeError):
            if form and form.encode(encoding):
                return form
    return "?"


def flush() -> None:
    """Write what is buffered, in a process that is forked or ends without the interpreter's own end."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, OSError):  # there is no such stream, or it cannot be written
            stream.flush()


def unwritten() -> OSError | None:
    """Why standard output is not whole; None where it is, or where nobody reads it any more (``| head``)."""
    sys.stdout.flush()
    error = getattr(sys.stdout, "unwritten", None)
    return None if isinstance(error, BrokenPipeError) else error


def _open_closed() -> None:
    """Let closed file descriptors 0, 1 and 2 lead nowhere.

    Else the next file that is opened gets such a number, and what a library or a child prints is written into it.
    """
    for number, mode in enumerate((os.O_RDONLY, os.O_WRONLY, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            opened = os.open(os.devnull, mode)  # the system gives the lowest number that is free
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)
            os.set_inheritable(number, True)
