"""What is on standard input of ``tell``: a log in whatever encoding the system has written it."""

import locale

import pytest

from analysis.mail import operator

LOG = "Không làm được báo cáo\nThư mục: Chợ Mới"
# By hand, from the table of Windows-1258: tones stand apart behind their letters.
IN_CP1258 = b"Kh\xf4ng l\xe0m \xf0\xfd\xf5\xf2c b\xe1o c\xe1o\nTh\xfd mu\xf2c: Ch\xf5\xf2 M\xf5\xeci"


@pytest.mark.parametrize(
    "data",
    [
        LOG.encode(),
        b"\xef\xbb\xbf" + LOG.encode(),
        b"\xff\xfe" + LOG.encode("utf-16-le"),
        b"\xfe\xff" + LOG.encode("utf-16-be"),
        LOG.encode("utf-16-le"),
        LOG.encode("utf-16-be"),
        IN_CP1258,
        LOG.encode().splitlines(keepends=True)[0] + IN_CP1258.splitlines()[1],
    ],
    ids=["UTF-8", "UTF-8 with a mark", "PowerShell's UTF-16", "UTF-16, the other way round", "the end of a UTF-16 log",
         "the end of one the other way round", "cp1258", "lines of two programs"],
)  # fmt: skip
def test_a_log_is_read_in_the_encoding_that_it_has(data, monkeypatch):
    monkeypatch.setattr(locale, "getencoding", lambda: "cp1258")
    assert operator.as_text(data) == LOG


def test_a_log_that_begins_within_a_letter_lacks_that_letter_alone(monkeypatch):
    monkeypatch.setattr(locale, "getencoding", lambda: "cp1252")
    assert operator.as_text("ợ Mới: không".encode()[1:]) == " Mới: không"


def test_a_log_of_no_encoding_is_told_as_far_as_it_can_be_read(monkeypatch):
    monkeypatch.setattr(locale, "getencoding", lambda: "utf-8")
    assert operator.as_text(b"a\n\xff\xfeb\n") == "a\n��b\n"
    assert operator.as_text(b"") == ""
