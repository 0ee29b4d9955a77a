"""Whose letter a row of the list of recipients means: one unit or department of the week, or a refusal by row."""

import pytest

from analysis.config.files import ConfigError
from analysis.mail import addressees
from analysis.mail.addressees import DEPARTMENT, UNIT, Listed
from analysis.mail.recipients import Recipient

CUTOFF, HOW_TO = "2023-12-04", "week 2023-12-04 --units"
LISTED = [
    Listed("30628", UNIT, "thị trấn Chợ Mới", "Chợ Mới", "mail/30628.eml"),
    Listed("30634", UNIT, "xã Kiến An", "Kiến An", "mail/30634.eml"),
    Listed("30637", UNIT, "xã Mỹ Hội Đông", "Mỹ Hội Đông", ""),
    Listed("50001", UNIT, "xã Tân Lợi", "Tân Lợi", "mail/50001.eml"),
    Listed("50002", UNIT, "phường Tân Lợi", "Tân Lợi", "mail/50002.eml"),
    Listed("H01.15", UNIT, "Sở Y tế", "Sở Y tế", "mail/H01.15.eml"),
    Listed("so-y-te", DEPARTMENT, "Sở Y tế", "the Department of Health", "mail/so-y-te.eml"),
    Listed("phong-tu-phap", DEPARTMENT, "Phòng Tư pháp", "the Division of Justice", "mail/phong-tu-phap.eml"),
    Listed("phong-noi-vu", DEPARTMENT, "Phòng Nội vụ", "the Division of Home Affairs", ""),
]
REGISTRY = """code,name,type,kind,valid_from,valid_to,successor_code,source
30628,Chợ Mới,thị trấn,commune,2022-06-23,,,x
30634,Kiến An,xã,commune,2022-06-23,,,x
30700,Cũ,xã,commune,2022-06-23,2023-06-30,30701,merged
30701,Giữa,xã,commune,2022-06-23,2023-09-30,30634,merged again
30702,Cũ Nữa,xã,commune,2022-06-23,2023-09-30,,abolished
30703,Vắng,xã,commune,2022-06-23,,,x
30704,Mai Sau,xã,commune,2024-01-01,,,founded later
"""


@pytest.fixture
def registry(tmp_path):
    path = tmp_path / "units.csv"
    path.write_text(REGISTRY, "utf-8")
    return path


def assigned(registry, *rows: tuple[str, str]) -> list[tuple[str, str, str]]:
    people = [Recipient(each, about, f"recipients.csv: row {row}") for row, (each, about) in enumerate(rows, start=2)]
    found = addressees.assign(people, LISTED, registry, CUTOFF, HOW_TO)
    return [(*key, each) for key, each in found.items()]


def faults(registry, *names: str) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        assigned(registry, *[("Lan <lan@a.example>", name) for name in names])
    return str(refused.value).splitlines()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", ""),
        ("30634", "30634"),
        ("Kiến An", "30634"),
        ("xã Kiến An", "30634"),
        ("XÃ  KIẾN AN", "30634"),
        ("UBND xã Kiến An", "30634"),
        ("Kie\u0302\u0301n An", "30634"),  # accents apart
        ("TT. Chợ Mới", "30628"),
        ("phường Tân Lợi", "50002"),
        ("h01.15", "H01.15"),
        ("phong-tu-phap", "phong-tu-phap"),
        ("Phòng Tư pháp", "phong-tu-phap"),
        ("Phòng  Tư-Phap", "phong-tu-phap"),  # dashes and tones do not tell departments apart, as in tasks.csv
        ("the division of justice", "phong-tu-phap"),
        ("Phòng Nội vụ", "phong-noi-vu"),  # without a section this week: no letter, and no fault
        ("Vắng", "30703"),  # in force, but not in the week's table: the same
    ],
)
def test_a_unit_or_department_is_named_by_its_code_or_its_name(registry, name, code):
    assert assigned(registry, ("Lan <lan@a.example>", name)) == [(code, "lan@a.example", "Lan <lan@a.example>")]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("30637", "this unit has no page, so it has no letter; make them: week 2023-12-04 --units 30637"),
        ("Mỹ Hội Đông", "this unit has no page, so it has no letter; make them: week 2023-12-04 --units 30637"),
        ("30700", "no unit in force on 2023-12-04; its successor: 30634 (Kiến An)"),
        ("xã Giữa", "no unit in force on 2023-12-04; its successor: 30634 (Kiến An)"),
        ("Cũ Nữa", "no unit in force on 2023-12-04; its successor: –"),
        ("Mai Sau", "no unit in force on 2023-12-04; its successor: –"),
        ("Tân Lợi", "several are called so; expected a code: 50001 (xã Tân Lợi), 50002 (phường Tân Lợi)"),
        ("Sở Y tế", "several are called so; expected a code: H01.15 (Sở Y tế), so-y-te (Sở Y tế)"),
        ("Kiên An", "no unit of this week and no department has this code or name; the nearest: 30634 (xã Kiến An)"),
        ("Phòng Tư Pháo", "no unit of this week and no department has this code or name; the nearest: phong-tu-phap (Phòng Tư pháp)"),
        ("893", "no unit of this week and no department has this code or name"),
    ],
)  # fmt: skip
def test_what_names_no_letter_is_refused_with_the_reason_and_the_way_out(registry, name, said):
    assert faults(registry, name) == [f"recipients.csv: row 2: for: {name}: {said}"]


def test_all_rows_are_told_at_once(registry):
    assert [fault.split(":")[1] for fault in faults(registry, "30700", "30634", "x", "30637")] == [
        *(" row 2", " row 4", " row 5")
    ]


def test_where_the_table_is_the_registry_no_unit_is_known_to_be_past(tmp_path):
    (fault,) = faults(tmp_path / "units.csv", "30700")
    assert "no unit of this week and no department" in fault


def test_one_person_gets_each_letter_once_however_address_and_unit_are_written(registry):
    rows = [("Lan <lan@a.example>", "Kiến An"), ("Lan <LAN@A.example>", "30634"), ("Lan <lan@a.example>", "30628")]
    rows += [("Lan <lan@a.example>", ""), ("Minh <minh@a.example>", "xã Kiến An")]
    assert [(code, box) for code, box, _ in assigned(registry, *rows)] == [
        *(("30634", "lan@a.example"), ("30628", "lan@a.example"), ("", "lan@a.example"), ("30634", "minh@a.example"))
    ]


def test_the_limit_is_of_each_letter_and_not_of_all_together(registry):
    def many(about: str, count: int) -> list[tuple[str, str]]:
        return [(f"<a{number}@a.example>", about) for number in range(count)]

    most = addressees.MOST_RECIPIENTS
    assert len(assigned(registry, *many("", most), *many("30634", most), *many("Phòng Tư pháp", most))) == 3 * most
    with pytest.raises(ConfigError) as refused:
        assigned(registry, *many("", most + 1), *many("30634", most // 2), *many("Kiến An", most + 1))
    assert str(refused.value).splitlines() == [
        "recipients.csv: 201 recipients of the week, more than the limit of 200",
        "recipients.csv: 201 recipients of 30634, more than the limit of 200",
    ]


def test_the_list_is_read_as_it_was_written():
    odd = Listed('a,"b', UNIT, "xã Ả\nB", "", "mail/~1.eml")
    assert addressees.read_list(addressees.write_list([*LISTED, odd]).encode()) == [*LISTED, odd]
