"""The digest as a message: what leaders get in their mail.

One ``multipart/alternative``: plain text first, then the HTML with its style inlined and its charts as related parts.
Both are made from the same digest, so the text carries every figure of the tables. Nothing here knows the time or
chance: the date is an argument, and the Message-ID and the MIME boundaries follow from the content, so the same week
gives the same bytes. Nothing is sent here.
"""

import base64
import hashlib
import re
from collections.abc import Sequence
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from pathlib import Path

import css_inline
from inscriptis import get_text
from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.model.config import ParserConfig

from analysis.wording import Wording

MAX_HTML_BYTES = 90_000  # encoded; Gmail cuts a message off at about 102 KB of HTML
NOBODY = "undisclosed-recipients:;"  # RFC 5322's way of naming no one; the outbox addresses each copy
IMAGE = re.compile(r'src="data:image/png;base64,([^"]+)"')
UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]|=\?")  # would start a new header, or pass for an encoded word
BOX = r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*"
ADDRESS = re.compile(rf'(?a:(?P<bare>{BOX})|(?P<name>[^<>@"\\]*)<(?P<named>{BOX})>)')

HIDDEN = re.compile(
    r'<span class="visually-hidden">[^<]*</span>'
)  # spoken; in a column of numbers only the sign lines up
NUMBER_CELL = re.compile(r"<td(?=[^>]*>[+−]?\d[\d.,]*[ %]*<)")
TEXT = ParserConfig(css=CSS_PROFILES["strict"], display_images=True)


class _Policy(EmailPolicy):
    """Writes names and subjects word for word, and the same in every version of Python.

    The library's own folding loses or adds spaces between encoded words (CPython gh-92081, gh-144156): in 3.11 every
    seventh Vietnamese subject arrived as "5,78điểm". The older email.header does it right.
    """

    def fold(self, name: str, value: str) -> str:
        if name == "Subject":
            value = _encoded(value, name)
        elif boxes := getattr(value, "addresses", ()):
            value = ",\r\n ".join(
                str(each) if str(each).isascii() else f"{_encoded(each.display_name, name)}\r\n <{each.addr_spec}>"
                for each in boxes
            )
        else:
            return super().fold(name, value)
        return f"{name}: {value}\r\n"

    def fold_binary(self, name: str, value: str) -> bytes:
        return self.fold(name, value).encode("ascii")


def _encoded(words: str, name: str) -> str:
    return Header(str(words), header_name=name).encode(linesep="\r\n")


class MailError(ValueError):
    """The message cannot be made as asked; the message says what is wrong and what would help."""


def compile(
    html: str, *, subject: str, words: Wording, sender: str, date: datetime, seed: str, to: Sequence[str] = ()
) -> EmailMessage:
    """The message for a digest that ``export.digest`` made.

    sender, to : one address each, ``name <box@host>`` or ``box@host``, the mailbox in ASCII; no ``to`` names nobody.
    date       : with its time zone.
    seed       : what tells this message from others of the same content: area, cut-off, revision, recipient.
    Raises     : MailError for a header value that could forge another header, an address that is not one, a picture
                 that a mail client would not show, or an HTML part above 90 KB.
    """
    if date.tzinfo is None:
        raise MailError(f"date {date}: expected one with a time zone")
    message = EmailMessage(policy=_Policy(linesep="\r\n"))
    message["From"] = _address("sender", sender)
    message["To"] = [_address("recipient", each) for each in to] or NOBODY
    message["Subject"] = _safe("subject", subject)
    message["Date"] = date
    domain = message["From"].addresses[0].domain
    key = hashlib.sha256("\0".join([seed, subject, sender, *to, html]).encode()).hexdigest()[:32]
    message["Message-ID"] = f"<{key}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"

    body, images = _with_cids(html, key, domain)
    message.set_content(text(html), cte="quoted-printable")
    message.add_alternative(_inlined(body), subtype="html", cte="quoted-printable")
    message["Content-Language"] = words.lang
    part = message.get_payload()[1]
    if (size := len(part.as_bytes())) > MAX_HTML_BYTES:
        raise MailError(
            f"the HTML part has {size:,} bytes, allowed are {MAX_HTML_BYTES:,}: mail clients would cut it off. "
            "Tag fewer cells with mail, or show fewer rows in them"
        )
    for number, (cid, png) in enumerate(images.items(), start=1):
        part.add_related(png, "image", "png", cid=cid, disposition="inline", filename=f"chart-{number}.png")
    for number, each in enumerate(each for each in message.walk() if each.is_multipart()):
        each.set_boundary(f"=_{key}_{number}")
    return message


def save(message: EmailMessage, path: Path) -> None:
    """Write the message as an .eml file, in the very bytes that would be sent."""
    path.write_bytes(message.as_bytes())


def text(html: str) -> str:
    """The digest as plain text: tables in columns, numbers to the right, charts as their words in brackets."""
    html = NUMBER_CELL.sub('<td align="right"', HIDDEN.sub("", html))
    lines = [line.rstrip() for line in get_text(html, TEXT).strip().splitlines()]
    return "\n".join(lines) + "\n"


def _with_cids(html: str, key: str, domain: str) -> tuple[str, dict[str, bytes]]:
    """The HTML with each embedded PNG named by a Content-ID of its own (Outlook.com drops one used twice)."""
    images = {}

    def name(match: re.Match) -> str:
        cid = f"{key[:16]}.{len(images) + 1}@{domain}"
        images[f"<{cid}>"] = base64.b64decode(match[1], validate=True)
        return f'src="cid:{cid}"'

    html = IMAGE.sub(name, html)
    if re.search(r"""["'(]data:|<svg""", html):
        raise MailError("a picture in the digest is not an embedded PNG: mail clients would not show it")
    return html, images


def _inlined(html: str) -> str:
    """Style on every element; rules inside @media (the dark scheme) stay in the head."""
    return css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False).inline(html)


def _address(what: str, value: str) -> Address:
    """Our own grammar, not the library's, which also takes two addresses or half a one for an answer."""
    if not (match := ADDRESS.fullmatch(_safe(what, value))):
        raise MailError(f"{what} {value!r}: expected one address, such as Name <box@host.example>, the box in ASCII")
    return Address((match["name"] or "").strip(), addr_spec=match["named"] or match["bare"])


def _safe(what: str, value: str) -> str:
    if UNSAFE.search(value):
        raise MailError(f"{what} {value!r}: control characters, line ends and encoded words are not allowed")
    return value
