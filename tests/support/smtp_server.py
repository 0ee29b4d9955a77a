"""Real SMTP servers (aiosmtpd) that answer as they are told, and remember every byte they were sent."""

import asyncio
import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import trustme
from aiosmtpd.smtp import SMTP, AuthResult


@dataclass
class Seen:
    """What reached the server: every byte (after decryption), logins, and the messages it took (sender, to, bytes)."""

    wire: bytearray = field(default_factory=bytearray)
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)
    taken: list[tuple[str, str, bytes]] = field(default_factory=list)
    connections: int = 0
    open: int = 0

    def recipients(self) -> list[str]:
        return [to for _, to, _ in self.taken]


Action = Callable[["Scripted", bytes], "asyncio.Future | None"]


class Scripted(SMTP):
    """An SMTP server that at one stage does ``script[stage]`` instead of giving its answer."""

    def __init__(self, handler, script: dict[str, Action], seen: Seen, **options) -> None:
        super().__init__(handler, **options)
        self.script, self.seen, self.stage = script, seen, "greeting"
        seen.connections += 1
        seen.open += 1

    def connection_lost(self, error) -> None:
        super().connection_lost(error)
        self.seen.open -= 1

    def data_received(self, data: bytes) -> None:
        self.seen.wire += data
        super().data_received(data)

    async def push(self, status) -> None:
        answer = status if isinstance(status, bytes) else status.encode()
        stage, self.stage = self.stage, "dot" if answer.startswith(b"354") else self.stage
        if (act := self.script.get(stage)) is None or (stage == "EHLO" and answer[3:4] == b"-"):
            await super().push(status)
        else:
            await act(self, answer + b"\r\n")

    async def write(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()


def _told(stage: str):
    inherited = getattr(SMTP, f"smtp_{stage}")

    async def command(self, arg):
        self.stage = stage
        await inherited(self, arg)

    for name, value in vars(inherited).items():
        setattr(command, name, value)
    return command


for _stage in ("HELO", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "QUIT"):
    setattr(Scripted, f"smtp_{_stage}", _told(_stage))


# -- what a server may do at a stage ---------------------------------------------------------------------------------


def says(text: str | bytes) -> Action:
    """This answer instead of its own."""
    data = text if isinstance(text, bytes) else text.encode()

    async def act(server: Scripted, answer: bytes) -> None:
        await server.write(data if data.endswith(b"\n") else data + b"\r\n")

    return act


def once(act: Action, times: int = 1) -> Action:
    """``act`` the first ``times`` times, then its own answer. One ``once`` belongs to one server."""
    left = [times]

    async def acted(server: Scripted, answer: bytes) -> None:
        left[0] -= 1
        await (act(server, answer) if left[0] >= 0 else server.write(answer))

    return acted


def after(seconds: float) -> Action:
    """Its own answer, late."""

    async def act(server: Scripted, answer: bytes) -> None:
        await asyncio.sleep(seconds)
        await server.write(answer)

    return act


def once_set(event: threading.Event) -> Action:
    """Its own answer, when the test says so."""

    async def act(server: Scripted, answer: bytes) -> None:
        while not event.is_set():
            await asyncio.sleep(0.005)
        await server.write(answer)

    return act


def for_box(box: str, act: Action) -> Action:
    """``act`` where the latest recipient begins with ``box``, else its own answer."""

    async def acted(server: Scripted, answer: bytes) -> None:
        named = bytes(server.seen.wire).rpartition(b"rcpt TO:<")[2].startswith(box.encode())
        await (act(server, answer) if named else server.write(answer))

    return acted


async def hangs_up(server: Scripted, answer: bytes) -> None:
    """Closes the connection without an answer."""
    server.transport.close()
    await asyncio.sleep(0.05)


async def answers_and_hangs_up(server: Scripted, answer: bytes) -> None:
    await server.write(answer)
    await hangs_up(server, answer)


async def resets(server: Scripted, answer: bytes) -> None:
    """Breaks the connection off by RST."""
    end = server.transport.get_extra_info("socket")
    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    server.transport.abort()
    await asyncio.sleep(0.05)


async def answers_and_resets(server: Scripted, answer: bytes) -> None:
    await server.write(answer)
    await resets(server, answer)


async def is_silent(server: Scripted, answer: bytes) -> None:
    await asyncio.sleep(3600)


async def drips(server: Scripted, answer: bytes) -> None:
    """One byte at a time, so that no single read is late, and never an end of line."""
    while not server.transport.is_closing():
        await server.write(b"2")
        await asyncio.sleep(0.1)


async def never_ends(server: Scripted, answer: bytes) -> None:
    """A reply of ever more lines."""
    while not server.transport.is_closing():
        await server.write(answer[:3] + b"-more\r\n")
        await asyncio.sleep(0.05)


async def in_pieces(server: Scripted, answer: bytes) -> None:
    """Its own answer, byte by byte."""
    for byte in answer:
        await server.write(bytes([byte]))
        await asyncio.sleep(0.005)


# -- running one -----------------------------------------------------------------------------------------------------


def context(certificate: trustme.LeafCert) -> ssl.SSLContext:
    """TLS as a server speaks it with this certificate."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(made)
    return made


@contextlib.contextmanager
def serving(
    script: dict[str, Action] | None = None,
    tls: ssl.SSLContext | None = None,
    implicit: bool = False,
    password: str = "",
    host: str = "127.0.0.1",
    **options,
) -> Iterator[tuple[int, Seen]]:
    """A server on ``host`` in a thread of its own: its port, and what it sees.

    tls      : offered by STARTTLS, or spoken from the first byte where ``implicit``
    password : asked for; any user may log in with it
    """
    seen = Seen()

    class Handler:
        async def handle_DATA(self, server, session, envelope) -> str:
            seen.taken.append((envelope.mail_from, envelope.rcpt_tos[0], envelope.content))
            return "250 2.0.0 taken"

    def authenticate(server, session, envelope, mechanism, data) -> AuthResult:
        seen.logins.append((data.login, data.password))
        return AuthResult(success=data.password == password.encode())

    if password:
        options = {
            **{
                "authenticator": authenticate,
                "auth_required": True,
                "auth_require_tls": tls is not None and not implicit,
            },
            **options,
        }

    if tls and not implicit:
        options["tls_context"] = tls
    loop, ready, ports = asyncio.new_event_loop(), threading.Event(), []

    def run() -> None:
        asyncio.set_event_loop(loop)
        made = loop.create_server(
            lambda: Scripted(Handler(), script or {}, seen, loop=loop, **options),
            *(host, 0),
            ssl=tls if implicit else None,
        )
        server = loop.run_until_complete(made)
        ports.append(server.sockets[0].getsockname()[1])
        loop.call_soon(ready.set)
        loop.run_forever()
        server.close()
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        loop.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    ready.wait()
    try:
        yield ports[0], seen
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


@contextlib.contextmanager
def raw(talk: Callable[[socket.socket], None]) -> Iterator[tuple[int, Seen]]:
    """A server below SMTP: ``talk`` has the bare connection. Its port, and every byte ``talk`` did not decrypt itself."""
    seen, stop = Seen(), threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.05)

    def work() -> None:
        while not stop.is_set():
            with contextlib.suppress(OSError):
                connection, _ = listener.accept()
                seen.connections += 1
                connection.settimeout(1)
                with connection, contextlib.suppress(OSError):
                    talk(Recorded(connection, seen))

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1], seen
    finally:
        stop.set()
        thread.join()
        listener.close()


@dataclass
class Recorded:
    """A connection whose received bytes are kept."""

    connection: socket.socket
    seen: Seen

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)

    def receive(self) -> bytes:
        data = self.connection.recv(65536)
        self.seen.wire += data
        return data

    def drain(self) -> None:
        with contextlib.suppress(OSError):
            while self.receive():
                pass
