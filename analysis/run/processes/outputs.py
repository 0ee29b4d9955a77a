"""What cells print and show, handed to the notebook at once instead of being sent to another process.

A kernel sends messages; an ``Outlet`` is the session that it sends them by. What cells print is gathered until
something is shown or the cell ends, as in every kernel: first what went to stdout, then what went to stderr. What
programs that a cell starts write to these two is gathered with it (on Linux).
"""

import codecs
import os
import select
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from io import TextIOBase

from jupyter_client.session import Session

from analysis.run.processes.isolated import FORKS

DESCRIPTORS = {"stdout": 1, "stderr": 2}
AT_ONCE = 65_536  # bytes: what a pipe holds


class Outlet(Session):
    """A session whose messages go to ``receive``, translated as if they had been sent."""

    receive: Callable[[dict], object] = staticmethod(bool)

    def send(self, stream, msg_or_type, content=None, parent=None, *_: object, **about: object) -> dict:
        """Hand over a message, or one of this type; the socket ``stream`` is not used."""
        message = msg_or_type if isinstance(msg_or_type, dict) else self.msg(msg_or_type, content, parent)
        self.receive(message | {"content": self.unpack(self.pack(message["content"]))})
        return message


class Stream(TextIOBase):
    """The stdout or stderr of cells; a process that a cell has forked writes to the descriptor instead."""

    encoding, errors = "UTF-8", "replace"

    def __init__(self, name: str, session: Outlet) -> None:
        super().__init__()
        self.name, self.session = name, session
        self.descriptor, self.process = DESCRIPTORS[name], os.getpid()
        self.written: Pipe | None = None
        self.texts: list[str] = []

    def fileno(self) -> int:
        return self.descriptor

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        if os.getpid() == self.process:
            self.texts.append(text)
        else:
            os.write(self.descriptor, text.encode(errors=self.errors))
        return len(text)

    def flush(self) -> None:
        """Put what was printed into the notebook."""
        if os.getpid() != self.process:
            return
        if self.written:
            self.written.take()
        texts, self.texts = self.texts, []
        if text := "".join(texts):
            self.session.send(None, "stream", {"name": self.name, "text": text})


class Pipe:
    """What is written to a stream's descriptor, by whatever process, until ``close``; it is shown there as well."""

    def __init__(self, stream: Stream) -> None:
        self.stream, self.lock = stream, threading.Lock()
        self.decoder = codecs.getincrementaldecoder("utf-8")(stream.errors)
        self.shown = os.dup(stream.descriptor)
        self.line, end = os.pipe()
        os.set_blocking(self.line, False)
        os.dup2(end, stream.descriptor)
        os.close(end)
        threading.Thread(target=self.wait, daemon=True).start()  # a full pipe would make the writer wait

    def wait(self) -> None:
        while select.select([self.line], [], [])[0] and self.take():
            pass

    def take(self) -> bool:
        """Take what is there; False where nobody can write any more."""
        with self.lock, suppress(BlockingIOError):
            while written := os.read(self.line, AT_ONCE):
                self.stream.texts.append(self.decoder.decode(written))
                os.write(self.shown, written)
            return False
        return True

    def close(self) -> None:
        os.dup2(self.shown, self.stream.descriptor)
        self.take()


@contextmanager
def capture_output(session: Outlet) -> Iterator[None]:
    """Inside the context what this process prints, and what others write to its descriptors, goes to ``session``."""
    out, err = (Stream(name, session) for name in DESCRIPTORS)
    pipes = []
    if FORKS:
        sys.stdout.flush(), sys.stderr.flush()
        pipes = [Pipe(each) for each in (out, err)]
        out.written, err.written = pipes
    try:
        with redirect_stdout(out), redirect_stderr(err):
            yield
    finally:
        for each in pipes:
            each.close()
