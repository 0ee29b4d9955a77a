"""The real week's digest as a message: its parts, its text, and what no message may carry."""

import base64
import email
import html
import re
import struct
import unicodedata
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from email.header import decode_header, make_header
from email.policy import default
from urllib.parse import quote

import pandas as pd
import pytest
from support import district, province
from support import smtp_server as mx
from support.shown import sample, showing

from analysis.mail import compose
from analysis.report import export, headline

SUBJECT = "Báo cáo kết quả Bộ chỉ số 766, Tuần 1 tháng 12 năm 2023"
SENDER = "Văn phòng HĐND và UBND huyện Chợ Mới <bao-cao@chomoi.example>"
MONDAY = datetime(2023, 12, 4, 8, tzinfo=timezone(timedelta(hours=7)))
PNG = base64.b64encode(b"\x89PNG chart").decode()


@pytest.fixture(scope="module")
def digest(words):
    return export.digest(sample(), words, SUBJECT)


@pytest.fixture
def compiled(words):
    """``compiled(html, **other arguments)`` => the message as its bytes say it is."""

    def make(html: str = "<html><body><p>Huyện</p></body></html>", **other):
        arguments = {"subject": SUBJECT, "sender": SENDER, "date": MONDAY, "seed": "cho-moi 2023-12-04 r1"} | other
        return email.message_from_bytes(compose.build_mail(html, words=words, **arguments).as_bytes(), policy=default)

    return make


def one_line(text: str) -> str:
    return " ".join(text.split())


COMMENTS = re.compile("<!--.*?-->", re.S)


def numbers(text: str) -> Counter:
    return Counter(re.findall(r"[+−]?\d+(?:[.,]\d+)*", text))


def test_the_message_is_text_first_then_html_with_its_charts(compiled, digest):
    message = compiled(digest)
    kinds = [part.get_content_type() for part in message.walk()]
    assert kinds == ["multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png"]
    assert message.defects == [] and message["Subject"] == SUBJECT
    assert message["From"].addresses[0].addr_spec == "bao-cao@chomoi.example"
    assert message["To"] == "undisclosed-recipients:;"
    assert message["Date"].datetime == MONDAY
    assert message["Auto-Submitted"] == "auto-generated" and message["Content-Language"] == "vi"
    assert '<html lang="vi">' in message.get_body(("html",)).get_content()


def test_the_mail_tells_the_five_lines_who_moved_most_and_every_units_place(compiled, digest):
    text = compiled(digest).get_body(("plain",)).get_content()
    minute = text.partition(district.say("piece.mail_requests_heading"))[0]
    assert re.findall(r"^ (\d)\. ", minute, re.M) == ["1", "2", "3", "4", "5"]
    assert "Mỹ Hội Đông (−5,78)" in one_line(minute)
    places = re.findall(r"^ +(\d+)  \w.*? \d\d,\d\d ", text.partition(f"\n{district.say('piece.rank')} ")[2], re.M)
    assert places == [str(place) for place in range(1, 19)]


def test_the_mail_of_a_correction_lists_each_figure_old_and_new(compiled, words, monkeypatch):
    changed = pd.DataFrame(
        [["30628", "Chợ Mới", "CKMB", "value", 72.6, 76.2]], columns=district.week()["corrections"].columns
    )
    second = district.edition(origin={"revision": "2"}, corrections=changed)
    monkeypatch.setattr(district, "edition", lambda lang: second)
    message = compiled(export.digest(sample.__wrapped__(), words, SUBJECT), subject=headline.subject(second))
    subject = district.say("piece.mail_subject", area="Chợ Mới", day="04/12", news="#").split("#")[0]
    assert message["Subject"].startswith(district.say("piece.corrected_title", text=subject))
    for kind in ("plain", "html"):
        said = re.sub(r"<[^>]*>|\s+", " ", message.get_body((kind,)).get_content())
        assert re.search(r"Thị trấn Chợ Mới +Công khai, minh bạch +72,6 +76,2", said)
    html = message.get_body(("html",)).get_content()
    cells = re.findall(
        r"<t[hd][^>]*text-align: ?(left|right)[^>]*>(Thị trấn Chợ Mới|Công khai, minh bạch|72,6|76,2)</t", html
    )
    assert cells[:4] == [
        ("left", "Thị trấn Chợ Mới"),
        ("left", "Công khai, minh bạch"),
        ("right", "72,6"),
        ("right", "76,2"),
    ]


def test_every_number_of_the_tables_is_in_the_plain_text(compiled, digest):
    message = compiled(digest)
    table = re.search('<table[^>]*role="table".*?</table>', message.get_body(("html",)).get_content(), re.S)[0]
    cells = numbers(re.sub("<[^>]*>", " ", table))
    assert cells["49,18"] == 1 and cells["−5,78"] == 1 and cells.total() == 3 * 18
    assert cells - numbers(message.get_body(("plain",)).get_content()) == Counter()


def test_the_plain_text_keeps_rows_as_lines_and_says_what_the_charts_show(compiled, digest):
    text = compiled(digest).get_body(("plain",)).get_content()
    assert re.search(r"^  17  Mỹ Hội Đông +51,10      −5,78  Trung bình\r?$", text, re.M)
    assert re.search(r"^\[Từ tối đa 100 điểm, mất 42,55 điểm, còn 57,45 điểm\..*\]\r?$", text, re.M | re.S)
    assert "style" not in text and "{" not in text


def test_a_fall_is_told_in_a_word_to_those_who_hear_the_table(compiled, digest):
    html = compiled(digest).get_body(("html",)).get_content()
    assert re.search(rf">−5,78<span [^>]*> {re.escape(district.say('piece.fell_word'))}</span></td>", html)


def test_every_chart_is_a_part_shown_once_with_its_alternative_text(compiled):
    image = f'<img src="data:image/png;base64,{PNG}" alt="Điểm của 18 đơn vị">'
    message = compiled(f"<html><body>{image}<p>và</p>{image}</body></html>")
    html = message.get_body(("html",)).get_content()
    shown = re.findall('src="cid:([^"]+)"', html)
    carried = [part["Content-ID"] for part in message.walk() if part.get_content_maintype() == "image"]
    assert len(set(shown)) == 2 and [f"<{cid}>" for cid in shown] == carried
    assert html.count('alt="Điểm của 18 đơn vị"') == 2 and "data:" not in html
    assert [part.get_content() for part in message.walk() if part.get_content_maintype() == "image"] == [
        b"\x89PNG chart"
    ] * 2


def test_style_stands_on_every_element_and_the_dark_scheme_stays_in_the_head(compiled, digest):
    html = compiled(digest).get_body(("html",)).get_content()
    html_seen = COMMENTS.sub("", html)  # what stands in comments is for Outlook alone
    told = "".join(re.findall(r"<(?:h\d|p|li|figcaption|t[dh])\b[^>]*>", html_seen))
    assert told.count("<") == len(re.findall(r'[";]color: ', told)) == told.count("font-family: ") > 100
    assert told.count("line-height: ") == told.count("<")
    assert "@media (prefers-color-scheme: dark)" in html.split("</head>")[0]
    assert "var(--" not in html and "http" not in html
    assert re.findall('<img[^>]* width="400"[^>]*>', html) == re.findall("<img[^>]*>", html) != []
    assert not re.search('<img[^>]*style=[^>]*[; "]width:', html)
    tables = re.findall("<table[^>]*>", html)
    assert all('role="' in each and 'cellpadding="0"' in each for each in tables) and len(tables) == 2


def test_the_preheader_is_hidden_in_the_html_and_no_part_of_the_text(compiled, digest):
    message = compiled(digest)
    said = headline.preheader(district.edition())
    html = message.get_body(("html",)).get_content()
    assert re.search(
        rf'<body[^>]*>(?:<!--.*?-->|<div[^>]*role="main"[^>]*>|\s)*<div[^>]*display: none[^>]*>{re.escape(said)}<', html
    )
    assert said not in one_line(message.get_body(("plain",)).get_content())


def test_the_body_does_not_say_the_subject_again(compiled, digest):
    message = compiled(digest, subject=headline.subject(district.edition()))
    for kind in ("plain", "html"):
        assert message["Subject"] not in one_line(message.get_body((kind,)).get_content())


def test_lines_of_the_text_are_wrapped_at_72_and_those_of_a_list_begin_below_its_words(compiled):
    body = f"<p>{'Kiến An ' * 30}</p><ol><li>{'Mỹ An ' * 30}</li></ol>{ranking(3, wide=90)}"
    lines = compiled(f"<html><body>{body}</body></html>").get_body(("plain",)).get_content().splitlines()
    rows = [line for line in lines if "ế" * 90 in line]
    assert len(rows) == 3 and max(len(line) for line in lines if line not in rows) == 72
    first = next(line for line in lines if line.startswith(" 1. Mỹ An"))
    assert re.match(r"    (Mỹ|An) ", lines[lines.index(first) + 1])


def test_a_link_is_told_with_its_address_in_the_text(compiled):
    text = compiled('<p><a href="https://office.example/a?b&amp;c">Trang báo cáo</a></p>').get_body(("plain",))
    assert text.get_content().strip() == "Trang báo cáo: https://office.example/a?b&c"


def test_rows_left_out_make_no_column_of_the_text_wide(compiled):
    gap = f'<tr><td colspan="2">{district.say("piece.left_out", count=75)}</td></tr>'
    text = compiled(f"<html><body>{ranking(6, gap=gap)}</body></html>").get_body(("plain",)).get_content()
    assert re.search(r"^Hạng\r?$", text, re.M) and re.search(
        rf"^ +{district.say('piece.left_out', count=75)}\r?$", text, re.M
    )


def test_no_stylesheet_is_fetched_from_elsewhere(compiled):
    with mx.raw(lambda line: line.send(b"HTTP/1.0 200 OK\r\n\r\np {color: red}")) as (port, seen):
        link = f'<link rel="stylesheet" href="http://127.0.0.1:{port}/x.css">'
        message = compiled(f"<html><head>{link}</head><body><p>Huyện</p></body></html>")
    assert seen.connections == 0 and "red" not in message.get_body(("html",)).get_content()


def test_the_bytes_are_plain_and_their_lines_short(compiled, digest, words):
    long = "Tỉnh An Giang " * 40
    message = compose.build_mail(digest, subject=long, words=words, sender=SENDER, date=MONDAY, seed="r1")
    data = message.as_bytes()
    assert data.isascii() and max(map(len, data.split(b"\r\n"))) <= 998
    assert b"\n" not in data.replace(b"\r\n", b"")


@pytest.mark.parametrize(
    "subject",
    [
        SUBJECT,
        unicodedata.normalize("NFD", SUBJECT),
        "Đính chính: Mỹ Hội Đông −5,78 điểm " * 9 + "hết",
        "Điểm 57,45/100 📉",
        "week 1, plain",
    ],
)
def test_a_subject_and_a_name_arrive_as_they_were_written(words, subject):
    name = subject.replace(":", "")
    message = compose.build_mail(
        "<p>x</p>", subject=subject, words=words, sender=f"{name} <a@b.example>", date=MONDAY, seed="r1"
    )
    headers = email.message_from_bytes(message.as_bytes())  # the library's plainest parser, not the one that wrote
    read = {key: str(make_header(decode_header(re.sub("\r\n ", " ", headers[key])))) for key in ("Subject", "From")}
    assert read["Subject"] == subject
    assert read["From"].replace('"', "") == f"{name} <a@b.example>"


def test_the_same_digest_gives_the_same_bytes(words, digest):
    one, two = (
        compose.build_mail(digest, subject=SUBJECT, words=words, sender=SENDER, date=MONDAY, seed="r1")
        for _ in range(2)
    )
    assert one.as_bytes() == two.as_bytes()


@pytest.mark.parametrize(
    "other",
    [{"seed": "cho-moi 2023-12-04 r2"}, {"subject": "Đính chính"}, {"html": "<p>khác</p>"}, {"to": ["a@b.example"]}],
)
def test_another_message_has_another_id(compiled, other):
    first, second = compiled()["Message-ID"], compiled(**other)["Message-ID"]
    assert first != second
    assert re.fullmatch(r"<[0-9a-f]{32}@chomoi\.example>", first)


def test_the_date_is_no_part_of_the_id(compiled):
    assert compiled()["Message-ID"] == compiled(date=MONDAY + timedelta(days=1))["Message-ID"]


def test_named_recipients_are_addressed(compiled):
    message = compiled(to=["Lãnh đạo UBND <lanh-dao@chomoi.example>", "mot-cua@chomoi.example"])
    assert [each.addr_spec for each in message["To"].addresses] == ["lanh-dao@chomoi.example", "mot-cua@chomoi.example"]
    assert message["To"].addresses[0].display_name == "Lãnh đạo UBND"


def test_without_a_sender_it_is_a_draft_that_a_mail_program_opens_to_be_addressed_and_sent(compiled, digest):
    draft, letter = compiled(digest, sender=None), compiled(digest)
    assert draft["X-Unsent"] == "1" and draft["From"] is draft["To"] is None and draft.defects == []
    assert set(letter.keys()) - set(draft.keys()) == {"From", "To"} and letter["X-Unsent"] is None
    assert re.fullmatch(r"<[0-9a-f]{32}@example\.invalid>", draft["Message-ID"])


FORGED = ["{}\r\nBcc: x@evil.example", "{}\nX: y", "{}\r", "{}\0", "{}\x85X: y", "{}\u2028X: y", "=?utf-8?q?x?= {}"]


@pytest.mark.parametrize("forged", FORGED)
@pytest.mark.parametrize("field", ["subject", "sender", "to"])
def test_a_value_that_could_forge_a_header_is_refused(compiled, field, forged):
    value = forged.format("a@b.example")
    with pytest.raises(compose.MailError, match="not allowed"):
        compiled(**{field: [value] if field == "to" else value})


@pytest.mark.parametrize(
    "address", ["", "Văn phòng", "a@x.example, b@evil.example", "a@b.example <c@d.example>", "văn@chomoi.example", "a@"]
)
def test_what_is_not_one_address_is_refused(compiled, address):
    with pytest.raises(compose.MailError, match="expected one address"):
        compiled(sender=address)


@pytest.mark.parametrize(
    ("other", "complaint"),
    [
        ({"html": "<p>" + "Kiến An " * 9000 + "</p>"}, "allowed are 90,000"),
        ({"html": '<img src="data:image/svg+xml;base64,AA==" alt="a">'}, "not an embedded PNG"),
        ({"html": "<svg></svg>"}, "not an embedded PNG"),
        ({"date": datetime(2023, 12, 4)}, "time zone"),
    ],
)
def test_a_message_that_clients_would_not_show_whole_is_refused(compiled, other, complaint):
    with pytest.raises(compose.MailError, match=complaint):
        compiled(**other)


def test_a_saved_message_is_the_bytes_that_would_be_sent(tmp_path, words):
    message = compose.build_mail(
        "<p>x</p>", subject="x", words=words, sender=SENDER, date=MONDAY.astimezone(UTC), seed="r1"
    )
    compose.save(message, tmp_path / "mail.eml")
    assert (tmp_path / "mail.eml").read_bytes() == message.as_bytes()


def test_files_are_attached_by_the_names_that_readers_see_and_give_the_same_bytes_each_time(tmp_path, compiled, words):
    files = {"766-cho-moi-2023-12-04.xlsx": tmp_path / "appendix.xlsx", "766-cho-moi-2023-12-04.html": tmp_path / "a"}
    for number, file in enumerate(files.values()):
        file.write_bytes(b"PK" * number + "Huyện".encode())
    message = compose.build_mail("<p>x</p>", subject="x", words=words, date=MONDAY, seed="r1")
    saved = []
    for name in ("1.eml", "2.eml"):
        compose.save(message, tmp_path / name, files)
        saved.append((tmp_path / name).read_bytes())
    assert saved[0] == saved[1] and saved[0].isascii()
    got = email.message_from_bytes(saved[0], policy=default)
    parts = {part.get_filename(): part for part in got.iter_attachments()}
    assert {name: part.get_payload(decode=True) for name, part in parts.items()} == {
        name: file.read_bytes() for name, file in files.items()
    }
    assert [part.get_content_type() for part in parts.values()] == [
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "text/html",
    ]


# -- too long for a mail ---------------------------------------------------------------------------------------------


def ranking(count: int, wide: int = 60, gap: str = "") -> str:
    """A table of units, each row as wide as ``wide`` repeated letters make it; ``gap`` stands after the third row."""
    rows = [f"<tr><td>{number}</td><th>Xã {number} {'ế' * wide}</th></tr>" for number in range(1, count + 1)]
    return f"<table><thead><tr><th>Hạng</th></tr></thead><tbody>{''.join([*rows[:3], gap, *rows[3:]])}</tbody></table>"


def shown_rows(message) -> list[int]:
    html = message.get_body(("html",)).get_content()
    return [int(number) for number in re.findall(r"<th[^>]*>Xã (\d+) ", html)]


def html_bytes(message) -> int:
    return len(message.get_body(("html",)).as_bytes())


def test_a_long_ranking_loses_rows_of_its_middle_and_says_how_many(compiled):
    message = compiled(f"<html><body><p>x</p>{ranking(600)}</body></html>")
    kept = shown_rows(message)
    assert 80_000 < html_bytes(message) <= compose.MAX_HTML_BYTES
    top = next(index for index, number in enumerate(kept, start=1) if number != index) - 1
    assert kept == [*range(1, top + 1), *range(600 - (len(kept) - top) + 1, 601)]
    assert 2 * top <= len(kept) - top <= 2 * top + 2  # a third from the top, the weakest are who must act
    for part in ("html", "plain"):
        assert district.say("mail.rows_left_out", count=600 - len(kept)) in message.get_body((part,)).get_content()


def test_a_ranking_that_was_cut_before_counts_all_that_is_missing_in_one_gap(compiled):
    gap = f'<tr><td colspan="2">{district.say("piece.left_out", count=75)}</td></tr>'
    message = compiled(f"<html><body>{ranking(600, gap=gap)}</body></html>")
    kept = shown_rows(message)
    assert kept[:3] == [1, 2, 3] and kept[3] != 4
    html = message.get_body(("html",)).get_content()
    assert f"… {75 + 600 - len(kept)} dòng ở giữa" in html and html.count("ở giữa") == 1


def test_only_where_fewer_rows_do_not_help_charts_are_left_out_the_last_one_first(compiled):
    figures = [
        f'<figure><figcaption>Biểu đồ {number}</figcaption><img src="data:image/png;base64,{PNG}" alt="{"ế" * 2500}"></figure>'
        for number in range(1, 7)
    ]
    message = compiled(f"<html><body>{''.join(figures)}{ranking(50)}</body></html>")
    html = message.get_body(("html",)).get_content()
    assert len(shown_rows(message)) == compose.LEAST_ROWS and html_bytes(message) <= compose.MAX_HTML_BYTES
    left = html.count("<img")
    assert 0 < left < 6 and re.findall(r"<figcaption[^>]*>Biểu đồ (\d)", html) == [str(n) for n in range(1, left + 1)]
    assert re.findall(r"lược bớt: Biểu đồ (\d)", html) == [str(n) for n in range(left + 1, 7)]
    assert sum(part.get_content_maintype() == "image" for part in message.walk()) == left


def test_a_digest_that_fits_is_left_whole(compiled):
    assert shown_rows(compiled(f"<html><body>{ranking(130)}</body></html>")) == list(range(1, 131))


# -- as a browser shows it -------------------------------------------------------------------------------------------

WRAPPED = """() => {
  const tops = e => { const r = document.createRange(); r.selectNodeContents(e.firstChild ?? e);
    return new Set([...r.getClientRects()].map(box => Math.round(box.top))).size; };
  const colour = chosen => document.querySelectorAll(chosen).length ? getComputedStyle(document.querySelector(chosen)).color : '';
  return { bands: Math.max(...[...document.querySelectorAll('.standings td')].map(tops)),
           wide: document.documentElement.scrollWidth - innerWidth, height: document.documentElement.scrollHeight,
           preheader: document.querySelector('.preheader').offsetHeight,
           colours: ['td', 'td.flag', 'td.weak', 'h3', 'h1'].map(colour) }; }"""


def opened(edition) -> str:
    """The HTML of the mail of a week; its pictures are white and as large as they are."""
    about = {"subject": headline.subject(edition), "date": MONDAY, "seed": "x"}
    digest = export.digest(showing(edition, kinds=("mail",)), edition.words, "766")
    message = compose.build_mail(digest, words=edition.words, **about)
    html = email.message_from_bytes(message.as_bytes(), policy=default).get_body(("html",)).get_content()
    sizes = iter(re.findall(r"base64,([^\"]{32})", digest))
    for cid in re.findall('src="(cid:[^"]*)"', html):
        width, height = struct.unpack(">II", base64.b64decode(next(sizes))[16:24])
        drawn = f"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}'/>"
        html = html.replace(cid, f"data:image/svg+xml,{quote(drawn)}")
    return html


@pytest.mark.parametrize("lang", ["vi", pytest.param("en", marks=pytest.mark.long)])
def test_on_phones_no_figure_and_no_band_is_broken_and_nothing_scrolls_sideways(browse, lang):
    looks = [{"width": width} for width in (320, 360, 390, 800)]
    for seen in browse(opened(district.edition(lang)), WRAPPED, looks=looks).answer:
        assert (seen["bands"], seen["wide"], seen["preheader"]) == (1, 0, 0)


def test_the_dark_scheme_keeps_its_accents(browse):
    looks = [{"dark": dark} for dark in (False, True)]
    light, dark = (seen["colours"] for seen in browse(opened(district.edition()), WRAPPED, looks=looks).answer)
    assert light[1] == light[2] and dark[1] == dark[2] and not set(light) & set(dark)
    assert len(set(light)) == len(set(dark)) == 4


@pytest.mark.long
def test_the_mail_of_135_units_takes_six_screens_of_a_phone_at_most(browse):
    [seen] = browse(opened(province.edition(units=135, cutoffs=9)), WRAPPED, looks=[{"width": 360}]).answer
    assert 720 < seen["height"] <= 6 * 720
    assert (seen["bands"], seen["wide"]) == (1, 0)


@pytest.mark.parametrize("typed", ["&#60;b&#62;", "&lt;b&gt;", "&amp;", "<b>", "a & b"])
@pytest.mark.parametrize("around", ["<table><tbody><tr><th>{}</th><td>1</td></tr></tbody></table>", "<p>{}</p>"])
def test_a_name_that_looks_like_a_character_reference_stays_as_typed_in_the_text(typed, around):
    assert typed in compose.text(around.format(html.escape(typed)))
