"""What an ask asks for, in few words; each expected text is written from the row's own figures."""

import pandas as pd
import pytest
from support.district import edition
from support.varied import AREA, KIEN_AN, both, told

from analysis.report import ask_words
from analysis.tables import TABLES

EMPTY = dict.fromkeys(TABLES["asks"].columns, "") | {"times": 1.0, "level": float("nan"), "target": float("nan")}


def make_row(**about):
    return next(pd.DataFrame([EMPTY | about]).itertuples(index=False))


ASKS = [
    ("weak", {"kind": "band", "indicator": "TOTAL", "level": 49.18, "target": 50.0}, "Tổng điểm: 49,18 điểm; cần đạt từ 50,00 điểm", "Total: 49.18 points; at least 50.00 points needed"),
    ("weak no more", {"kind": "band", "indicator": "TOTAL", "level": 55.61}, "Tổng điểm: 55,61 điểm", "Total: 55.61 points"),
    ("a part that fell", {"kind": "fell", "indicator": "MDHL", "level": 6.0, "target": 12.0}, "Mức độ hài lòng: 6,00 điểm; cần đạt từ 12,00 điểm", "Satisfaction: 6.00 points; at least 12.00 points needed"),
    ("a fallen own rate", {"kind": "signal", "indicator": "TT", "level": 6.0, "target": 20.0}, "Hồ sơ thanh toán trực tuyến, tỷ lệ trong kỳ: 6,00%; bình thường 20,00%", "Dossiers paid online, rate of the period: 6.00%; usual 20.00%"),
    ("below a mark", {"kind": "flag", "indicator": "CKMB", "level": 19.3, "target": 50.0}, "Công khai, minh bạch: 19,3%; ngưỡng 50%", "Transparency: 19.3%; threshold 50%"),
    ("no figure any more", {"kind": "flag", "indicator": "CKMB", "target": 50.0}, "Công khai, minh bạch: chưa có số liệu; ngưỡng 50%", "Transparency: no figure; threshold 50%"),
    ("a target of the area", {"kind": "target", "indicator": "DVCTT", "level": 0.0, "target": 18.0, "note": "again at:50 target:45>50"}, "Hồ sơ nộp trực tuyến: 0/18 đơn vị đạt 50%", "Dossiers filed online: 0/18 units at 50%"),
    ("a zero", {"kind": "zero", "indicator": "CT", "level": 0.0, "target": 0.0}, "Chứng thực bản sao điện tử: 0; cần lớn hơn 0", "Certified e-copies: 0; more than 0 needed"),
    ("of what the index has no more", {"kind": "flag", "indicator": "GONE", "level": 3.0, "target": 8.0}, "GONE: 3,00; ngưỡng 8", "GONE: 3.00; threshold 8"),
    ("a task of a department", {"kind": "task", "indicator": "CT", "ask_id": "chung-thuc:CT:2023-12-04"}, "Theo dõi, đôn đốc các đơn vị liên quan thực hiện chứng thực bản sao điện tử từ bản chính.", "Urge the units concerned to certify electronic copies from originals."),
    ("a task that is not in force any more", {"kind": "task", "indicator": "CT DVCTT", "ask_id": "x:CT+DVCTT:2023-12-04"}, "Chứng thực bản sao điện tử và Hồ sơ nộp trực tuyến", "Certified e-copies and Dossiers filed online"),
]  # fmt: skip


@both(ASKS)
def test_an_ask_is_its_subject_its_level_and_what_it_is_to_be(lang, given0, said):
    assert ask_words.say_ask(edition(lang), make_row(**given0)) == said


@both([("first", 1.0, "", ""), ("again", 12.0, "lần 12", "asked 12 times"), ("a task", float("nan"), "", "")])
def test_how_often_it_was_asked_is_said_from_the_second_time_on(lang, given0, said):
    assert ask_words.say_times(edition(lang), make_row(times=given0)) == said


def test_an_ask_of_the_office_itself_is_in_its_own_words():
    row = make_row(kind="own", ask_id=f"{KIEN_AN}:CT:2023-12-04", indicator="CT")
    assert ask_words.say_ask(edition(), row) == "Chứng thực bản sao điện tử"  # an older week has no table of replies
    said = pd.DataFrame({"ask_id": [row.ask_id] * 2, "kind": ["own", "reply"], "text": ["Bố trí máy quét.", "Đã có."]})
    assert ask_words.say_ask(edition(replies=said), row) == "Bố trí máy quét."


@pytest.mark.parametrize(("code", "name"), [(KIEN_AN, "Kiến An"), (AREA, "huyện Chợ Mới"), ("99999", "Cũ")])
def test_a_unit_is_named_also_where_it_is_not_there_any_more(code, name):
    assert ask_words.name_unit(told("vi"), make_row(unit_code=code, unit_name="Cũ")) == name
