"""mail.toml and the file of recipients: every slip is named, all at once, and no password is repeated."""

import json
from pathlib import Path

import pytest

from analysis.config.files import ConfigError
from analysis.mail import recipients as columns_of
from analysis.mail import schema, settings
from analysis.mail.recipients import Recipient

AREA = "cho-moi"
SMTP = 'host = "mail.example"\nport = 587\nsecurity = "starttls"\n'
ADDRESS = "expected one address, such as Name <box@host.example>, the box in ASCII"


@pytest.fixture
def home(tmp_path):
    write(tmp_path)
    write_recipients(tmp_path, [AREA, "Lan", "lan@leaders.example"])
    return tmp_path


def write(home: Path, smtp: str = SMTP, **other) -> None:
    about = {"sender": "Văn phòng <bao-cao@office.example>", "recipients": "recipients.csv"}
    about |= {"domains": ["leaders.example"]} | other
    lines = [f"{name} = {json.dumps(value)}" for name, value in about.items() if value is not None]
    (home / "mail.toml").write_text("\n".join([*lines, "[smtp]", smtp]), "utf-8")


def write_recipients(home: Path, *rows: list[str]) -> None:
    lines = [",".join(row) for row in ([*columns_of.COLUMNS], *rows)]
    (home / "recipients.csv").write_text("\n".join(lines) + "\n", "utf-8")


def recipients(home: Path) -> list[tuple[str, str]]:
    return [(each.recipient, each.about) for each in settings.settings(home, AREA).recipients]


def faults(home: Path) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        settings.settings(home, AREA)
    return str(refused.value).splitlines()


def test_settings_without_fault_are_what_is_written(home):
    write(home, SMTP + 'password_file = "secret"\n', reply_to="")
    held = settings.settings(home, AREA)
    assert (held.sender, held.reply_to, held.recipients) == (
        *("Văn phòng <bao-cao@office.example>", ""),
        [Recipient("Lan <lan@leaders.example>", "", "recipients.csv: row 2")],
    )
    server = held.server
    assert (server.host, server.port, server.security, server.user) == ("mail.example", 587, "starttls", "")
    assert (server.password_file, server.ca_file) == (str(home / "secret"), "")
    assert held.domains == {"leaders.example"}


def test_without_the_file_or_without_a_server_nothing_is_sent(home):
    text = (home / "mail.toml").read_text("utf-8")
    (home / "mail.toml").write_text(text.partition("[smtp]")[0], "utf-8")
    assert settings.settings(home, AREA).server is None
    (home / "mail.toml").unlink()
    assert settings.settings(home, AREA) is None and settings.operator(home) is None


SLIPS = [
    ({"recipents": "x.csv"}, SMTP, "recipents is not known; the nearest known key is recipients"),
    ({}, SMTP + "[smpt]\n", "[smpt] is not known; the nearest known key is [smtp]"),
    ({}, SMTP.replace("587", '"587"'), '[smtp] port = "587": expected a whole number from 1 to 65535, such as 587'),
    ({}, SMTP.replace("587", "70000"), "[smtp] port = 70000: expected a whole number from 1 to 65535, such as 587"),
    ({}, SMTP.replace("587", "0"), "[smtp] port = 0: expected a whole number from 1 to 65535, such as 587"),
    ({}, SMTP.replace("587", "true"), "[smtp] port = true: expected a whole number from 1 to 65535, such as 587"),
    ({}, SMTP.replace("starttls", "ssl"), '[smtp] security = "ssl": expected "starttls" or "tls"'),
    ({"domains": "x"}, SMTP, 'domains = "x": expected a list of texts in quotation marks, such as ["office.example"]'),
    ({"domains": [1]}, SMTP, 'domains = [1]: expected a list of texts in quotation marks, such as ["office.example"]'),
    ({"domains": []}, SMTP, 'domains = []: expected a list of texts in quotation marks, such as ["office.example"]'),
    ({"sender": "Văn phòng"}, SMTP, f'sender = "Văn phòng": {ADDRESS}'),
    ({"sender": "a: b"}, SMTP, f'sender = "a: b": {ADDRESS}'),
    ({"sender": "a\nb@c.example"}, SMTP, 'sender = "a\\nb@c.example": control characters, line ends and encoded words are not allowed'),
    ({"sender": 1}, SMTP, 'sender = 1: expected one address, such as "Name <box@host.example>"'),
    ({"sender": None}, SMTP, 'sender is missing; expected one address, such as "Name <box@host.example>"'),
    ({"reply_to": "two@a.example, more@a.example"}, SMTP, f'reply_to = "two@a.example, more@a.example": {ADDRESS}'),
    ({}, SMTP.replace('host = "mail.example"\n', ""), '[smtp] host is missing; expected a text in quotation marks, such as "mail.office.example"'),
    ({}, SMTP.replace("starttls", "none"), '[smtp] security = "none" is only for this machine itself (127.0.0.1); expected "starttls" or "tls"'),
    ({}, SMTP + 'ca_file = "no.pem"', '[smtp] ca_file = "no.pem": there is no such file'),
    ({}, SMTP + "password_file = 123456", "[smtp] password_file: expected a text in quotation marks"),
]  # fmt: skip


@pytest.mark.parametrize(("other", "smtp", "said"), SLIPS, ids=[said[:40] for _, _, said in SLIPS])
def test_a_slip_is_refused_by_name(home, other, smtp, said):
    write(home, smtp, **other)
    (fault,) = faults(home)
    assert fault.startswith(f"mail.toml: {said}"), fault


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ["mail.toml: sender is missing", "mail.toml: recipients is missing", "mail.toml: domains is missing"]),
        ("sender = 'a@b'\nrecipients = 'r'\ndomains = ['b']\nsmtp = 1", ["mail.toml: smtp = 1: expected the table [smtp]", "r: there is no such file"]),
        ("sender = 'a@b'\n[smtp\n", ["mail.toml line 2: "]),
        ("sender = 'a@b\n[smtp]\n", ["mail.toml line 1: "]),
    ],
)  # fmt: skip
def test_what_is_missing_and_what_is_no_toml_are_named(home, text, said):
    (home / "mail.toml").write_text(text, "utf-8")
    found = faults(home)
    assert len(found) == len(said)
    assert all(fault.startswith(each) for fault, each in zip(found, said, strict=True)), found


def test_all_faults_of_both_files_are_named_at_once(home):
    write(home, SMTP.replace("587", "true") + "[smpt]", sender="x", domains=["leaders.example"])
    write_recipients(home, [AREA, "Minh", "minh@evil.example"])
    assert [fault.partition(": ")[2].split(" ")[0] for fault in faults(home)] == ["sender", "[smtp]", "[smpt]", "row"]


def test_a_byte_order_mark_is_no_fault(home):
    for path in (home / "mail.toml", home / "recipients.csv"):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert recipients(home) == [("Lan <lan@leaders.example>", "")]


def test_a_password_written_into_the_settings_is_refused_without_being_repeated(home):
    for key in ('password = "bi-mat"', 'password_file = ["bi-mat"]', '[smtp.bao]\nmat = "bi-mat"'):
        write(home, SMTP + key)
        (fault,) = faults(home)
        assert fault.startswith(("mail.toml: [smtp] ", "mail.toml: [smtp.bao] ")) and "bi-mat" not in fault


def configure(home: Path, *areas: str) -> None:
    for area in areas:
        (home / "config" / area).mkdir(parents=True)
        (home / "config" / area / "area.toml").touch()


def test_each_area_has_its_own_recipients_and_one_without_any_sends_nothing(home):
    configure(home, AREA, "an-giang")
    write_recipients(home, ["an-giang", "Hoa", "hoa@leaders.example"], [AREA, "", "lan@leaders.example"])
    assert recipients(home) == [(" <lan@leaders.example>", "")]
    with pytest.raises(ConfigError, match="no row of the area gia-lai"):
        settings.settings(home, "gia-lai")


def test_an_area_that_is_no_folder_of_config_is_refused_and_not_taken_for_nobody(home):
    configure(home, AREA, "an-giang")
    write_recipients(home, ["Cho-Moi", "Lan", "lan@leaders.example"], ["an-giang", "Hoa", "hoa@leaders.example"])
    assert faults(home) == ["recipients.csv: row 2: area 'Cho-Moi': expected a folder of config/: an-giang, cho-moi"]


def test_a_fourth_column_says_whose_letter_a_person_gets_and_may_be_missing_or_empty(home):
    lan = [AREA, "Lan", "lan@leaders.example"]
    write_recipients(home, lan, [*lan, "Kiến An"], [*lan, " 30637 "], [AREA, "Hoa", "hoa@leaders.example", ""])
    assert recipients(home) == [
        ("Lan <lan@leaders.example>", ""),
        ("Lan <lan@leaders.example>", "Kiến An"),
        ("Lan <lan@leaders.example>", "30637"),
        ("Hoa <hoa@leaders.example>", ""),
    ]
    (home / "recipients.csv").write_text(f"area,name,address\n{','.join(lan)}\n", "utf-8")
    assert recipients(home) == [("Lan <lan@leaders.example>", "")]
    (home / "recipients.csv").write_text(f"area,name,address,unit\n{','.join(lan)},x\n", "utf-8")
    assert faults(home) == ["recipients.csv: expected the columns area, name, address, for and at least one row"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("cho-moi,Lan,lan@leaders.example,xã A, xã B\n".encode(), ": row 2: expected 4 cells"),
        ("cho-moi,Lan,lan@leaders.example,xã A\n".encode("utf-16"), " line 2: not written in UTF-8; save the file as UTF-8"),
        (b"cho-moi,Lan\0,lan@leaders.example,\n", " line 2: the control character U+0000; type this line again"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_read_is_named(home, data, said):
    write_recipients(home)
    (home / "recipients.csv").write_bytes(b"area,name,address,for\n" + data)
    assert faults(home) == [f"recipients.csv{said}"]


# -- the operator -----------------------------------------------------------------------------------------------------


def test_a_letter_to_the_operator_needs_a_sender_an_address_and_a_server_and_nothing_else(home):
    write(home, operator="it@office.example", domains="x", recipients=3, recipents="x")
    sender, operator, server = settings.operator(home)
    assert (operator, server.host, "bao-cao" in sender) == ("it@office.example", "mail.example", True)


@pytest.mark.parametrize(
    ("about", "smtp", "said"),
    [
        ({"operator": "it"}, SMTP, f'mail.toml: operator = "it": {ADDRESS}'),
        ({"operator": "it@a.example"}, SMTP.replace("587", "70000"), "mail.toml: [smtp] port = 70000: expected "),
        ({"operatr": "it@a.example"}, SMTP, "mail.toml: operatr is not known; the nearest known key is operator"),
    ],
)
def test_a_slip_in_what_it_needs_is_refused_by_name(home, about, smtp, said):
    write(home, smtp, **about)
    with pytest.raises(ConfigError) as refused:
        settings.operator(home)
    assert str(refused.value).startswith(said) and "\n" not in str(refused.value)


@pytest.mark.parametrize("about", [{}, {"operator": ""}, {"operator": "it@a.example", "sender": ""}])
def test_where_one_of_them_is_not_set_there_is_no_operator(home, about):
    write(home, **about)
    assert settings.operator(home) is None


def test_every_key_says_what_it_means():
    for model in (schema.Mail, schema.Smtp):
        assert [name for name, field in model.model_fields.items() if not field.description] == []


def test_domains_are_compared_folded_and_in_ascii(home):
    write(home, domains=["Leaders.Example", "Bưuđiện.example"])
    write_recipients(home, [AREA, "Lan", "lan@leaders.example"], [AREA, "Minh", "minh@xn--buin-1ua66gr30m.example"])
    assert len(recipients(home)) == 2


@pytest.mark.parametrize(
    ("sender", "said"),
    [
        ("a" * 1200 + "@office.example", "1,200 characters before the @; a mail server takes at most 64"),
        ("n" * 1200 + " <a@office.example>", "a name of 1,200 characters; expected at most 200"),
    ],
)
def test_an_address_that_no_server_takes_is_refused_with_its_key_and_not_at_the_first_letter(home, sender, said):
    write(home, sender=sender)
    (fault,) = faults(home)
    assert fault.startswith('mail.toml: sender = "') and fault.endswith(said)
