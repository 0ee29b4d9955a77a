"""The model of mail.toml. It is imported only where such a file is read, because pydantic takes a tenth of a second."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from analysis.config.schema import Table
from analysis.mail import addresses, compose, recipients, sender, settings


def _is_address(text: str) -> str:
    try:
        found = compose.address("", text)
    except compose.MailError as error:
        raise ValueError(str(error).rpartition(": ")[2]) from None
    if reason := addresses.too_long(found.addr_spec):
        raise ValueError(reason)
    if len(found.display_name) > recipients.MOST_NAME:
        raise ValueError(f"a name of {len(found.display_name):,} characters; expected at most {recipients.MOST_NAME}")
    return text


def _is_address_or_none(text: str) -> str:
    return _is_address(text) if text else text


def _is_release(text: str) -> str:
    if text not in (settings.AT_ONCE, settings.BY_HAND) and not settings.AFTER.fullmatch(text):
        raise ValueError(f"expected {RELEASE['expected']}")
    return text


RELEASE = {"expected": '"at once", "by hand" or "after 2h", with any whole number of hours'}
ADDRESS = {"expected": 'one address, such as "Name <box@host.example>"'}
Address = Annotated[str, AfterValidator(_is_address), Field(json_schema_extra=ADDRESS)]
AddressOrNone = Annotated[str, AfterValidator(_is_address_or_none), Field(json_schema_extra=ADDRESS)]
Text = Annotated[str, Field(min_length=1)]


class Smtp(Table):
    """The server that sends the letters."""

    host: Text = Field(description="name of the server", examples=["mail.office.example"])
    port: int = Field(
        ge=1,
        le=65535,
        description="its port: 587 with starttls, 465 with tls, where the office says nothing else",
        examples=[587],
    )
    security: Literal[sender.SECURITIES] = Field(
        description="TLS with a verified name, begun by starttls or there from the first byte; none only for this"
        " machine itself (127.0.0.1)",
        json_schema_extra={"expected": '"starttls" or "tls"'},
    )
    user: str = Field(
        "", description="name of our account; leave it out where the server asks for none", examples=["bao-cao"]
    )
    password_file: str = Field(
        "",
        description="file with the password alone, readable by its owner alone; without it the password is taken from"
        " the environment or from systemd",
        examples=["smtp-password"],
        json_schema_extra={"secret": True},
    )
    ca_file: str = Field(
        "", description="certificate authority of the office, where it has its own", examples=["office-ca.pem"]
    )


class Operator(Table):
    """The settings that a letter to the operator needs."""

    sender: Address = Field(
        description="whom the letters are from", examples=["Văn phòng HĐND và UBND huyện <bao-cao@office.example>"]
    )
    operator: AddressOrNone = Field(
        "", description="who is told when a scheduled run fails", examples=["Tổ CNTT <it@office.example>"]
    )
    smtp: Smtp | None = Field(None, description="optional: without it letters are made and none is sent")


class Mail(Operator):
    """The settings that the week's mail needs."""

    release: Annotated[str, AfterValidator(_is_release), Field(json_schema_extra=RELEASE)] = Field(
        "at once",
        description="when a schedule sends a week's mail: at once; by hand: the operator gets a preview, and a person"
        " sends it; after 2h: the operator gets the preview, and it goes out by the first run two hours later, unless"
        " a person stops it",
        examples=["by hand"],
    )

    reply_to: AddressOrNone = Field(
        "", description="the person who answers", examples=["Nguyễn Thị Lan <lan@office.example>"]
    )
    recipients: Text = Field(description="file of the recipients, beside mail.toml", examples=["recipients.csv"])
    domains: list[str] = Field(
        min_length=1,
        description="domains that letters may go to; an address elsewhere is refused, subdomains too",
        examples=[["office.example"]],
    )
