"""Builds the mail message from the digest; nothing is sent here.

The message is one ``multipart/alternative``: plain text first, then the HTML with inlined style and its charts as
related parts. Both are made from the same digest, so the text has every figure of the tables. No clock and no random
number is used: the date is an argument, and the Message-ID and the MIME boundaries are computed from the content. So
the same week gives the same bytes. ``addressed`` turns the message into a letter to one recipient.
"""

import base64
import copy
import hashlib
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from email import message_from_bytes
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import SMTP, EmailPolicy
from pathlib import Path

import css_inline
from inscriptis import get_text
from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.model.config import ParserConfig

from analysis.config.wording import Wording
from analysis.exits import AnalysisError, Exit
from analysis.weeks import atomic

MAX_HTML_BYTES = 90_000  # encoded; Gmail cuts a message off at about 102 KB of HTML
NOBODY = "undisclosed-recipients:;"  # names no recipient (RFC 5322); the outbox addresses each letter
IMAGE = re.compile(r'src="data:image/png;base64,([^"]+)"')
UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]|=\?")  # could start a new header, or be read as an encoded word
BOX = r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*"
ADDRESS = re.compile(rf'(?a:(?P<bare>{BOX})|(?P<name>[^<>@"\\]*)<(?P<named>{BOX})>)')

HIDDEN = re.compile(r'<(span|div) class="(?:visually-hidden|preheader)">[^<]*</\1>')
COMMENT = re.compile(r"<!--.*?-->", re.S)
LINK = re.compile(r'<a href="([^"]+)">(.*?)</a>', re.S)
TABLE = re.compile(r"(<table\b.*?</table>)", re.S)
BARE_TABLE = re.compile(r"<table\b(?![^>]*cellpadding)")
TABLE_LOOK = '<table role="table" width="100%" cellpadding="0" cellspacing="0" border="0"'  # Outlook reads attributes
ITEM = re.compile(r" *(?:\*|\d+\.) ")  # the beginning of a list's line in the plain text
NUMBER_CELL = re.compile(r"<td(?=[^>]*>[+−]?\d[\d.,]*[ %]*<)")
BODY = re.compile(r"(<tbody>)(.*?)(</tbody>)", re.S)
ROW = re.compile(r"<tr\b.*?</tr>", re.S)
# A row that says how many rows were left out.
GAP = re.compile(r'<tr[^>]*>\s*<td colspan="\d+">(\D*(\d+).*?)</td>\s*</tr>', re.S)
FIGURE = re.compile(r"<figure\b.*?</figure>", re.S)
CAPTION = re.compile(r"<figcaption>(.*?)</figcaption>", re.S)
STEP_ROWS, LEAST_ROWS = 10, 10  # our choice: how a long mail is shortened
WIDTH = 72  # characters in a line of the plain text (RFC 3676 asks for at most 78); tables are as wide as they are
KINDS = {".xlsx": ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet"), ".html": ("text", "html")}
# Headers that each letter has of its own; the others are the week's.
REWRITTEN = ("From", "To", "Reply-To", "Date", "Message-ID", "X-Unsent")
NOWHERE = "example.invalid"  # the domain in a draft's identifiers, because it has no sender yet (RFC 2606)
KEPT = ("Subject", "Auto-Submitted", "Content-Language", "MIME-Version", "Content-Type")
UNFOLDED = SMTP.clone(refold_source="none", max_line_length=None)  # writes headers as it read them
TEXT = ParserConfig(css=CSS_PROFILES["strict"], display_images=True)


class _Policy(EmailPolicy):
    """Writes names and subjects without changing them, in the same way in every version of Python.

    The library's own folding loses or adds spaces between encoded words (CPython gh-92081, gh-144156): in 3.11 every
    seventh Vietnamese subject arrived as "5,78điểm". The older module email.header is correct.
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


class MailError(AnalysisError, ValueError):
    """The message cannot be made as asked; the text says what is wrong and how to correct it."""

    status = Exit.UNSETTLED


def build_mail(
    html: str,
    *,
    subject: str,
    words: Wording,
    date: datetime,
    seed: str,
    sender: str | None = None,
    to: Sequence[str] = (),
) -> EmailMessage:
    """Build the message from a digest of ``export.digest``.

    sender, to : addresses ``name <box@host>`` or ``box@host``, the mailbox in ASCII; an empty ``to`` names nobody.
                 Without a sender it is a draft: because of X-Unsent, Outlook and Thunderbird open it for editing.
    date       : with its time zone.
    seed       : distinguishes messages of the same content: area, cut-off, revision, recipient.
    Raises     : MailError for a header value that could forge another header, an address that is not one, a picture
                 that a mail client would not show, or an HTML part that stays above 90 KB.

    An HTML part above 90 KB is shortened, and says where something is missing: first rows are removed from the middle
    of the longest table, then charts, the last one first.
    """
    if date.tzinfo is None:
        raise MailError(f"date {date}: expected one with a time zone")
    message = EmailMessage(policy=_Policy(linesep="\r\n"))
    if sender is None:
        message["X-Unsent"] = "1"
    else:
        message["From"] = address("sender", sender)
        message["To"] = [address("recipient", each) for each in to] or NOBODY
    message["Subject"] = _safe("subject", subject)
    message["Date"] = date
    domain = NOWHERE if sender is None else message["From"].addresses[0].domain
    key = hashlib.sha256("\0".join([seed, subject, sender or "", *to, html]).encode()).hexdigest()[:32]
    message["Message-ID"] = f"<{key}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"

    for shown in _shorter(html, words):
        body, images = _with_cids(shown, key, domain)
        part = EmailMessage(policy=message.policy)
        part.set_content(_inlined(body), subtype="html", cte="quoted-printable")
        if (size := len(part.as_bytes())) <= MAX_HTML_BYTES:
            break
    else:
        raise MailError(
            f"the HTML part has {size:,} bytes, allowed are {MAX_HTML_BYTES:,}: mail clients would cut it off. "
            "Tag fewer cells with mail, or show fewer rows in them"
        )
    message.set_content(text(shown), cte="quoted-printable")
    message.add_alternative(_inlined(body), subtype="html", cte="quoted-printable")
    message["Content-Language"] = words.lang
    part = message.get_payload()[1]
    for number, (cid, png) in enumerate(images.items(), start=1):
        part.add_related(png, "image", "png", cid=cid, disposition="inline", filename=f"chart-{number}.png")
    for number, each in enumerate(each for each in message.walk() if each.is_multipart()):
        each.set_boundary(f"=_{key}_{number}")
    return message


def save(message: EmailMessage, path: Path, attached: Mapping[str, Path] | None = None) -> None:
    """Write the message as an .eml file.

    attached : files by the name that the reader sees, an .xlsx or .html
    """
    if attached:
        message = _attached(message, {name: file.read_bytes() for name, file in attached.items()})
    atomic.save(path, message.as_bytes())


def addressed(compiled: bytes, *, sender: str, to: str, date: datetime, seed: str, reply_to: str = "") -> bytes:
    """The letter to one recipient, as bytes to be sent: the week's mail.eml with its own headers.

    compiled : the bytes of mail.eml, as ``save`` wrote it
    date     : when it is sent, with its time zone; the Message-ID does not depend on it
    seed     : area, cut-off, revision; the Message-ID is computed from it, the content and the addresses
    Raises   : MailError for an invalid address, or for headers that are not exactly the expected ones.
    """
    head, _, body = compiled.partition(b"\r\n\r\n")
    kept = [line for line in _header_lines(head) if _name(line) not in REWRITTEN]
    own = EmailMessage(policy=_Policy(linesep="\r\n"))
    own["From"], own["To"] = address("sender", sender), [address("recipient", to)]
    if reply_to:
        own["Reply-To"] = [address("reply_to", reply_to)]
    key = hashlib.sha256(b"\0".join([seed.encode(), own.as_bytes(), *kept, body])).hexdigest()[:32]
    own["Date"] = date
    own["Message-ID"] = f"<{key}@{own['From'].addresses[0].domain}>"
    lines = [*_header_lines(own.as_bytes().rstrip()), *kept]
    message = b"\r\n".join(lines) + b"\r\n\r\n" + body
    _check(message, {"From", "To", "Date", "Message-ID", *KEPT} | ({"Reply-To"} if reply_to else set()))
    return message


def note(
    text: str, *, subject: str, sender: str, to: str, date: datetime, attached: Mapping[str, bytes] | None = None
) -> bytes:
    """A plain text letter to one person, as bytes to be sent. Raises MailError.

    attached : letters as ``addressed`` returns them, by the name that the reader sees; they keep their bytes
    """
    message = EmailMessage(policy=_Policy(linesep="\r\n"))
    message["From"], message["To"] = address("sender", sender), [address("recipient", to)]
    message["Subject"], message["Date"] = _safe("subject", subject), date
    key = hashlib.sha256(f"{date.isoformat()}\0{to}\0{text}".encode()).hexdigest()[:32]
    message["Message-ID"] = f"<{key}@{message['From'].addresses[0].domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text, cte="quoted-printable")
    for name, letter in (attached or {}).items():
        message.add_attachment(message_from_bytes(letter, policy=UNFOLDED), filename=name)
    if attached:
        message.set_boundary(f"=_{key}_0")
    return message.as_bytes()


def identity(message: bytes) -> str:
    """The Message-ID of a letter."""
    return BytesHeaderParser().parsebytes(message)["Message-ID"]


def _header_lines(head: bytes) -> list[bytes]:
    """The headers, each with all lines that it is folded into."""
    return re.split(rb"\r\n(?![ \t])", head)


def _name(line: bytes) -> str:
    return line.partition(b":")[0].decode("ascii", "replace")


def _check(message: bytes, names: set[str]) -> None:
    """Check the headers in the bytes: with CPython up to 3.11.8 an encoded word can begin another header."""
    head, _, body = message.partition(b"\r\n\r\n")
    found = [_name(line) for line in _header_lines(head)]
    if sorted(found) != sorted(names):
        odd = sorted(set(found) ^ names) or sorted({name for name in found if found.count(name) > 1})
        raise MailError(f"mail.eml: unexpected, missing or doubled headers: {', '.join(odd)}; make the week again")
    lines = message.split(b"\r\n")
    if any(b"\r" in line or b"\n" in line or b"\0" in line or len(line) > 998 for line in lines) or not body:
        raise MailError("mail.eml: a line ends in another way than CR LF, or is too long; make the week again")
    if not message.isascii():
        raise MailError("mail.eml: holds bytes that are not ASCII; make the week again")


def _attached(message: EmailMessage, files: dict[str, bytes]) -> EmailMessage:
    """The message with the files; its boundary is computed from the content."""
    whole, told = copy.deepcopy(message), [message["Message-ID"].encode()]
    for name, data in files.items():
        maintype, subtype = KINDS[Path(name).suffix]
        whole.add_attachment(data, maintype=maintype, subtype=subtype, filename=name)
        told += [name.encode(), hashlib.sha256(data).digest()]
    key = hashlib.sha256(b"\0".join(told)).hexdigest()[:32]
    whole.set_boundary(f"=_{key}_0")
    whole["Content-Language"] = message["Content-Language"]
    return whole


def text(html: str) -> str:
    """The digest as plain text in lines of 72 characters: tables in columns and as wide as they need, numbers on the
    right, charts as alternative text in brackets, links with their address."""
    html = LINK.sub(r"\2: \1", HIDDEN.sub("", COMMENT.sub("", html)))
    html = html.replace("&amp;", "&amp;amp;")  # it is decoded twice, so a typed &lt; would become <
    parts = [
        _tabular(part) if TABLE.fullmatch(part) else "\n".join(map(_wrapped, get_text(part, TEXT).splitlines()))
        for part in TABLE.split(html)
    ]
    return "\n\n".join(part for part in (part.strip("\n") for part in parts) if part) + "\n"


def _tabular(table: str) -> str:
    """The table in columns. What stands for rows left out is a row like others, or it would make one column wide."""
    table = GAP.sub(r"<tr><td></td><td>\1</td></tr>", NUMBER_CELL.sub('<td align="right"', table))
    table = table.replace("&amp;", "&amp;amp;")  # a cell is decoded once more than other text
    return "\n".join(line.rstrip() for line in get_text(table, TEXT).splitlines())


def _wrapped(line: str) -> str:
    """The line in several; those of a list's item begin below its first word."""
    item = ITEM.match(line)
    hung = " " * (item.end() if item else 0)
    how = {"break_long_words": False, "break_on_hyphens": False, "subsequent_indent": hung}
    return "\n".join(textwrap.wrap(line.rstrip(), WIDTH, **how))


def _shorter(html: str, words: Wording) -> Iterator[str]:
    """Yield the digest, then shorter ones: without rows of the longest table, then without charts, last one first."""
    yield html
    while True:
        longest = max(BODY.finditer(html), key=lambda body: len(ROW.findall(body[2])), default=None)
        if longest is None or len(ROW.findall(longest[2])) <= LEAST_ROWS + 1:
            break
        rows = _fewer(ROW.findall(longest[2]), words)
        html = html[: longest.start(2)] + "\n".join(rows) + html[longest.end(2) :]
        yield html
    for figure in reversed(list(FIGURE.finditer(html))):
        caption = CAPTION.search(figure[0])
        said = words.say("mail.chart_left_out", caption=caption[1] if caption else "")
        html = f"{html[: figure.start()]}<p>{said}</p>{html[figure.end() :]}"
        yield html


def _fewer(rows: list[str], words: Wording) -> list[str]:
    """Remove ten rows from the middle; a third of the others stays above the gap, which says how many are missing."""
    gaps = [index for index, row in enumerate(rows) if GAP.match(row)]
    missing = sum(int(GAP.match(rows[index])[2]) for index in gaps)
    at = gaps[0] if gaps else len(rows) // 3
    rows = [row for index, row in enumerate(rows) if index not in gaps]
    kept = max(LEAST_ROWS, len(rows) - STEP_ROWS)
    top = min(at, kept // 3)
    missing += len(rows) - kept
    columns = len(re.findall(r"<t[hd]\b", rows[0]))
    gap = f'<tr><td colspan="{columns}">{words.say("mail.rows_left_out", count=missing)}</td></tr>'
    return [*rows[:top], gap, *rows[len(rows) - kept + top :]]


def _with_cids(html: str, key: str, domain: str) -> tuple[str, dict[str, bytes]]:
    """The HTML with each embedded PNG replaced by its own Content-ID (Outlook.com drops one that is used twice)."""
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
    """The HTML with the style on every element; rules inside @media (the dark scheme) stay in the head."""
    html = BARE_TABLE.sub(TABLE_LOOK, html)
    return css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False).inline(html)


def address(what: str, value: str) -> Address:
    """One address, or MailError. The grammar is our own: the library also accepts two addresses, or half of one."""
    if not (match := ADDRESS.fullmatch(_safe(what, value))):
        raise MailError(f"{what} {value!r}: expected one address, such as Name <box@host.example>, the box in ASCII")
    return Address((match["name"] or "").strip(), addr_spec=match["named"] or match["bare"])


def _safe(what: str, value: str) -> str:
    if UNSAFE.search(value):
        raise MailError(f"{what} {value!r}: control characters, line ends and encoded words are not allowed")
    return value
