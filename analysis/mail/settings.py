"""Reads the settings of mail, mail.toml, which is in the home, outside git; and with them the recipients of an area."""

import ipaddress
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from analysis.config import files
from analysis.config.files import ConfigError
from analysis.exits import AnalysisError, Exit
from analysis.mail import addresses, compose, recipients
from analysis.mail.recipients import Recipient
from analysis.mail.sender import Server

SETTINGS, HELP, SCHEDULE_HELP = "mail.toml", "docs/mail.md", "docs/schedule.md"
AT_ONCE, BY_HAND = "at once", "by hand"
AFTER = re.compile(r"after (\d{1,3}) ?h")
FOR_OPERATOR = ("sender", "operator", "smtp")


class NoSettings(AnalysisError, FileNotFoundError):
    """mail.toml names no server, so nothing is sent; the text says what to do."""

    status = Exit.WRONG_USAGE


@dataclass(frozen=True)
class Settings:
    """The settings of mail.toml and of the file of recipients for one area."""

    sender: str
    reply_to: str
    domains: frozenset[str]
    recipients: list[Recipient]
    server: Server | None  # None: letters are made but not sent
    operator: str = ""
    release: str = AT_ONCE

    def released_at(self, told: float) -> float | None:
        """When mail goes out of which the operator was ``told`` then; None: when a person releases it."""
        after = AFTER.fullmatch(self.release)
        return told + 3600 * int(after[1]) if after else None


def settings(home: Path, area: str) -> Settings | None:
    """The settings in ``<home>/mail.toml`` and the recipients of ``area``; None where there is no such file.

    Raises : ConfigError with every fault of both files.
    """
    from analysis.mail import schema

    says = read(home)
    if says is None:
        return None
    values, faults = _checked(home, schema.Mail, says)
    found, file = [], values.get("recipients")
    domains = frozenset(addresses.plain_domain(each).lower() for each in _texts(values.get("domains")))
    if isinstance(file, str) and domains:
        found, wrong = recipients.read(home / file, area, domains, {*files.areas(home), area})
        faults += wrong
    if not faults and values["release"] != AT_ONCE and not values["operator"]:
        faults.append(
            f'{SETTINGS}: release = "{values["release"]}" needs operator, who is told before anything is sent'
        )
    if faults:
        raise ConfigError("\n".join(faults))
    server = _server(home, values["smtp"])
    return Settings(values["sender"], values["reply_to"], domains, found, server, values["operator"], values["release"])


def operator(home: Path) -> tuple[str, str, Server] | None:
    """Sender, address and server of a letter to the operator; None where mail.toml names no operator or no server.

    Other settings, and keys of [smtp] that are not known, are not checked: the letter may be about a fault in them.
    Raises : ConfigError with every fault of these settings. Where one is missing it may be misspelt; then with every
             fault of mail.toml.
    """
    from analysis.mail import schema

    written = read(home) or {}
    says = {name: value for name, value in written.items() if name in FOR_OPERATOR and value}
    if len(says) < len(FOR_OPERATOR):
        if written.keys() - schema.Mail.model_fields.keys():
            raise ConfigError("\n".join(_checked(home, schema.Mail, written)[1]))
        return None
    if isinstance(smtp := says["smtp"], dict):
        says["smtp"] = {key: value for key, value in smtp.items() if key in schema.Smtp.model_fields}
    values, faults = _checked(home, schema.Operator, says)
    if faults:
        raise ConfigError("\n".join(faults))
    return values["sender"], values["operator"], _server(home, values["smtp"])


def read(home: Path) -> dict | None:
    """The unchecked values of mail.toml; None where there is no such file. Raises ConfigError where it is no TOML."""
    data = files.read(home / SETTINGS, SETTINGS)
    return None if data is None else files.parse_toml(data, SETTINGS)


def bare(recipient: str) -> str:
    """``Name <box@host>`` => ``box@host``."""
    return compose.address("recipient", recipient).addr_spec


def _checked(home: Path, model: type, says: dict) -> tuple[dict, list[str]]:
    """The settings as plain values (where there are faults: as the file has them), and the faults."""
    from analysis.config import schema

    values, faults, _ = schema.check(model, [schema.Layer(SETTINGS, says)])
    smtp = values.get("smtp")
    return values, faults + (_smtp_faults(home, smtp) if isinstance(smtp, dict) else [])


def _smtp_faults(home: Path, smtp: dict) -> list[str]:
    """Faults that the model cannot find: an unsafe server that is not this machine, a missing file of certificates."""
    faults, host, authority = [], smtp.get("host"), smtp.get("ca_file")
    if smtp.get("security") == "none" and not (isinstance(host, str) and _is_this_machine(host)):
        faults.append(
            f'{SETTINGS}: [smtp] security = "none" is only for this machine itself (127.0.0.1);'
            ' expected "starttls" or "tls"'
        )
    if authority and isinstance(authority, str) and not (home / authority).is_file():
        faults.append(f'{SETTINGS}: [smtp] ca_file = "{authority}": there is no such file')
    return faults


def _texts(value: object) -> list[str]:
    """The value if it is a list of texts, else an empty list."""
    return value if isinstance(value, list) and all(isinstance(each, str) for each in value) else []


def _is_this_machine(host: str) -> bool:
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


def _server(home: Path, smtp: dict | None) -> Server | None:
    if smtp is None:
        return None
    return Server(**smtp | {name: str(home / smtp[name]) for name in ("password_file", "ca_file") if smtp[name]})
