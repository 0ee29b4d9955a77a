"""How an address is compared and measured: two ways to write one box are one box."""

from contextlib import suppress

MOST_LOCAL, MOST_DOMAIN, MOST_LABEL = 64, 253, 63  # characters, RFC 5321 §4.5.3.1 and RFC 1035 §2.3.4


def plain(typed: str) -> str:
    """An address without the spaces around it and the dot behind it, its domain as mail servers know it (IDNA).

    ``" lan@bưuđiện.example. "`` => ``"lan@xn--buin-1ua66gr30m.example"``
    """
    local, at, domain = typed.strip().rpartition("@")
    return f"{local}@{plain_domain(domain)}" if at else typed.strip()


def plain_domain(typed: str) -> str:
    """As ``plain``, of a domain alone. One that IDNA does not know stays as it is."""
    domain = typed.strip().removesuffix(".")
    if not domain.isascii():
        with suppress(UnicodeError):
            domain = domain.encode("idna").decode("ascii").removesuffix(".")
    return domain


def fold(address: str) -> str:
    """What is equal for two ways to write one box: ``Lan@A.example``, ``lan@a.example``.

    A server may tell capitals before the @ apart (RFC 5321 §2.4). None that an office has does, and who is on its list
    as Lan@ and as lan@ is one person.
    """
    return plain(address).lower()


def domain(address: str) -> str:
    """The folded domain of an address."""
    return fold(address).rpartition("@")[2]


def too_long(address: str) -> str:
    """What of an address is longer than mail servers take; "" for none."""
    local, _, domain = address.rpartition("@")
    if len(local) > MOST_LOCAL:
        return f"{len(local):,} characters before the @; a mail server takes at most {MOST_LOCAL}"
    if len(domain) > MOST_DOMAIN:
        return f"a domain of {len(domain):,} characters; expected at most {MOST_DOMAIN}"
    if label := next((each for each in domain.split(".") if len(each) > MOST_LABEL), ""):
        return f"a part of the domain has {len(label)} characters; expected at most {MOST_LABEL}"
    return ""
