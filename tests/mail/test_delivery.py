"""A week's letter through a real mail server into a real mailbox."""

import re
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header

import pytest
from support import mail_server
from support.district import edition
from support.homes import PROJECT
from support.mailed import WEEK, write_down
from support.settings import write_settings
from support.shown import sample

from analysis.config import wording
from analysis.mail import compose, sender, sending
from analysis.report import export, headline
from analysis.weeks import paths

BOX = "lan@leaders.example"
TRACE = re.compile(rb"(?:Return-Path|Delivered-To|Received|X-[A-Za-z-]+): .*\r\n(?:[ \t].*\r\n)*")


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home with the real week's mail as it is published, its workbook attached, and one recipient."""
    words, place = wording.load(PROJECT, "vi"), paths.reports(tmp_path, *WEEK)
    (tmp_path / "config" / WEEK[0]).mkdir(parents=True)
    (tmp_path / "config" / WEEK[0] / "area.toml").write_text("code = 1")
    place.mkdir(parents=True)
    about = {"subject": headline.subject(edition()), "date": datetime(2023, 12, 4, tzinfo=UTC), "seed": "x"}
    message = compose.build_mail(export.digest(sample(), words, "766"), words=words, **about)
    (place / "appendix.xlsx").write_bytes(b"PK\3\4" + bytes(range(256)) * 40)
    compose.save(message, place / "mail.eml", {"766-cho-moi-2023-12-04.xlsx": place / "appendix.xlsx"})
    write_down(tmp_path)
    (tmp_path / "recipients.csv").write_text(f"area,name,address\n{WEEK[0]},Nguyễn Thị Lan,{BOX}\n", "utf-8")
    monkeypatch.delenv(sender.PASSWORD, raising=False)
    return tmp_path


@pytest.mark.long
@mail_server.needs_mail_server
def test_a_letter_arrives_byte_for_byte_but_for_the_servers_own_trace(home):
    with mail_server.delivering() as (smtp, imap):
        write_settings(home, smtp)
        status, _ = sending.send(home, *WEEK, wording.load(PROJECT, "vi"), lambda _: None, clock=time.time)
        [arrived] = mail_server.fetch(imap)
    with closing(sqlite3.connect(sending.path(home))) as box:
        [(sent,)] = box.execute("select message from letters").fetchall()
    assert status == 0
    trace, start = 0, 0
    while line := TRACE.match(arrived, start):
        trace, start = trace + 1, line.end()
    assert trace >= 2 and arrived[start:] == sent
    subject = message_from_bytes(arrived)["Subject"]
    assert str(make_header(decode_header(re.sub("\r\n ", " ", subject)))) == headline.subject(edition())
