"""The file of recipients: each odd row is named by row, column and value, and nobody is taken twice."""

from pathlib import Path

import pytest

from analysis.mail import recipients
from analysis.mail.recipients import Recipient

AREA, BOX = "cho-moi", "lan@leaders.example"
DOMAINS = frozenset({"leaders.example", "xn--buin-1ua66gr30m.example"})
ONE = "expected one address, such as Name <box@host.example>, the box in ASCII"


def read(folder: Path, *lines: str, head: str = "area,name,address") -> tuple[list[Recipient], list[str]]:
    path = folder / "recipients.csv"
    path.write_text("\n".join([head, *lines]) + "\n", "utf-8")
    return recipients.read(path, AREA, DOMAINS, {AREA, "an-giang"})


def faults(folder: Path, *lines: str, head: str = "area,name,address") -> list[str]:
    return read(folder, *lines, head=head)[1]


LONG = "a" * 1200
CASES = {
    "a box of 1,200 letters": (f"{AREA},Lan,{LONG}@leaders.example", f"address '{'a' * 60}…': 1,200 characters before the @; a mail server takes at most 64"),
    "a domain of 1,200 letters": (f"{AREA},Lan,lan@{LONG}", f"address 'lan@{'a' * 56}…': a domain of 1,200 characters; expected at most 253"),
    "an address of 1,200 letters without @": (f"{AREA},Lan,{LONG}", f"address '{'a' * 60}…': {ONE}"),
    "a name of 1,200 letters": (f"{AREA},{LONG},{BOX}", f"name '{'a' * 60}…': 1,200 characters; expected at most 200"),
    "no address": (f"{AREA},Lan,", f"address '': {ONE}"),
    "an address of spaces": (f"{AREA},Lan,  ", f"address '': {ONE}"),
    "two @": (f"{AREA},Lan,lan@minh@leaders.example", f"address 'lan@minh@leaders.example': {ONE}"),
    "two addresses": (f'{AREA},Lan,"{BOX}; minh@leaders.example"', f"address '{BOX}; minh@leaders.example': {ONE}"),
    "an address in brackets": (f"{AREA},Lan,Lan <{BOX}>", f"address 'Lan <{BOX}>': expected the box alone, such as box@host.example"),
    "two dots": (f"{AREA},Lan,lan@leaders..example", f"address 'lan@leaders..example': {ONE}"),
    "a Vietnamese box": (f"{AREA},Tâm,tâm@leaders.example", f"address 'tâm@leaders.example': {ONE}"),
    "a formula for a name": (f"{AREA},=VLOOKUP(A2),{BOX}", "name '=VLOOKUP(A2)': a formula of a spreadsheet; expected a name"),
    "a formula for an address": (f"{AREA},Lan,=A2&B2", f"address '=A2&B2': {ONE}"),
    "quotation marks in a name": (f'{AREA},"Lan ""chị""",{BOX}', "name 'Lan \"chị\"': one of the characters < > @ \" \\; expected a name without them"),
    "a name that is an address": (f"{AREA},{BOX},{BOX}", f"name '{BOX}': one of the characters < > @ \" \\; expected a name without them"),
    "a line end in a name": (f'{AREA},"Lan\nVP",{BOX}', "name 'Lan\\nVP': control characters, line ends and encoded words are not allowed"),
    "a tab in a name": (f"{AREA},Lan\tVP,{BOX}", "name 'Lan\\tVP': control characters, line ends and encoded words are not allowed"),
    "a hidden line end in a name": (f"{AREA},Lan\u2028VP,{BOX}", "name 'Lan\\u2028VP': control characters, line ends and encoded words are not allowed"),
    "no area": (f",Lan,{BOX}", "area '': expected a folder of config/: an-giang, cho-moi"),
    "an area of 1,200 letters": (f"{LONG},Lan,{BOX}", f"area '{'a' * 60}…': expected a folder of config/: an-giang, cho-moi"),
    "another domain": (f"{AREA},Lan,lan@evil.example", "lan@evil.example: the domain is not among those allowed (leaders.example, xn--buin-1ua66gr30m.example)"),
    "a cell too few": (f"{AREA},{BOX}", "expected 3 cells"),
    "a cell too many": (f"{AREA},Nguyễn, Lan,{BOX}", "expected 3 cells"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_an_odd_row_is_named_by_row_and_column_and_its_value_is_cut_short(tmp_path, case):
    line, said = CASES[case]
    assert faults(tmp_path, f"{AREA},Minh,minh@leaders.example", line) == [f"recipients.csv: row 3: {said}"]


@pytest.mark.parametrize("line", [f'{AREA},"Lan,{BOX}', f'{AREA},"Lan" Nguyễn,{BOX}'])
def test_a_quotation_mark_that_is_not_closed_or_does_not_end_its_cell_is_named_by_its_row(tmp_path, line):
    (fault,) = faults(tmp_path, f"{AREA},Minh,minh@leaders.example", line, f"{AREA},Hoa,hoa@leaders.example")
    assert fault.startswith("recipients.csv: row 3: a quotation mark does not begin or end its cell")


def test_a_line_end_in_the_name_of_a_unit_is_named_too(tmp_path):
    (fault,) = faults(tmp_path, f'{AREA},Lan,{BOX},"Kiến\nAn"', head="area,name,address,for")
    assert fault == "recipients.csv: row 2: for 'Kiến\\nAn': control characters, line ends and encoded words are not allowed"  # fmt: skip


def test_rows_are_counted_as_a_spreadsheet_counts_them(tmp_path):
    lines = ["", f'"{AREA}","Lan, chị",{BOX}', ",,", f"{AREA},Minh,x"]
    assert faults(tmp_path, *lines) == [f"recipients.csv: row 5: address 'x': {ONE}"]


def test_of_many_odd_rows_the_first_are_named_and_the_others_counted(tmp_path):
    found = faults(tmp_path, *[f"{AREA},Lan,x{number}" for number in range(5000)])
    assert len(found) == 21 and found[19].startswith("recipients.csv: row 21: address 'x19'")
    assert found[20] == "recipients.csv: and 4980 more rows with faults"


@pytest.mark.parametrize(
    "again",
    [
        "LAN@leaders.example",
        "lan@Leaders.Example",
        " lan@leaders.example ",
        "lan@leaders.example.",
        "lan@leaders。example",
    ],
)
def test_one_box_written_in_two_ways_has_one_row(tmp_path, again):
    (fault,) = faults(tmp_path, f"{AREA},Lan,{BOX}", f"{AREA},Chị Lan,{again}")
    assert fault.startswith("recipients.csv: row 3: ") and fault.endswith(": this address already has a row")
    assert [each.recipient.lower() for each in read(tmp_path, f"{AREA},Lan,{again}")[0]] == [f"lan <{BOX}>"]


def test_a_domain_in_vietnamese_is_that_in_ascii(tmp_path):
    rows = [f"{AREA},Lan,lan@bưuđiện.example", f"{AREA},Lan,Lan@xn--buin-1ua66gr30m.example"]
    assert read(tmp_path, rows[0])[0][0].recipient == "Lan <lan@xn--buin-1ua66gr30m.example>"
    (fault,) = faults(tmp_path, *rows)
    assert fault.endswith("row 3: Lan@xn--buin-1ua66gr30m.example: this address already has a row")


def test_semicolons_as_a_vietnamese_excel_saves_them_are_read(tmp_path):
    found, wrong = read(tmp_path, f"{AREA};Lan, chị;{BOX};Kiến An", head="area;name;address;for")
    assert (found, wrong) == ([Recipient(f"Lan, chị <{BOX}>", "Kiến An", "recipients.csv: row 2")], [])
