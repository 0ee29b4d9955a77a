"""Number formats, as LibreOffice shows them: what it shows and what we read agree, or we do not read a number there."""

import csv
import io
import re
import shutil
import subprocess
from decimal import ROUND_HALF_UP, Decimal
from xml.sax.saxutils import quoteattr

import pytest
import xlwt
from support import delivered
from support.delivered import MAIN

from analysis.readers import kinds

VALUES = [72.6354, 57.45, 1746, 1234567, 100, 8, 0.925, 0.4, 0, -5.78, -1746, -0.004]
# Nothing is hidden or changed, whatever the number.
ORDINARY = [
    *[
        "General",
        "0",
        "0.0",
        "0.00",
        "0.000",
        "0.0000",
        "#,##0",
        "#,##0.0",
        "#,##0.00",
        "#,##0.000",
        "0.0#",
        "0.##",
        "@",
    ],
    *["0%", "0.0%", "0.00%", "0.0##%", "#,##0%", "0 %", '0.00" "%', "0.0\\ %"],
    *["00", "000", "0000.0", "#,##0.0#", "#0", "#0.0", "?0.0", "??0.0?", "???0", "##0.00", "#,#00", "0,000"],
    *["[Red]0.0", "[Blue]0.00", "[Color10]0.00", "[$-42A]0.00", "[$-409]#,##0.0", "[$-42A]General", "[Red]General"],
    *["0_)", "0.0_ ", "_(0.0_)", "_-0.00_-", "_ 0", "* 0.0", "_(* #,##0.00_)", "_-* #,##0_-", "0.0* ", "   0.0"],
    *['0.00" điểm"', '0" đ"', '0" hồ sơ"', '0.0"%"', '0.0" %"', "0\\%", "0\\ \\%", '0" "', '""0', '0""', '0.0" "_)'],
    *["0.0;-0.0", "0.0;\\-0.0", '0.0;"-"0.0', "0.0;[Red]-0.0", "#,##0;-#,##0", "#,##0.00;[Red]-#,##0.00", "0;-0;0"],
    *[
        "0.00;-0.00;0.00;@",
        "General;-General",
        "General;-General;General;@",
        "0%;-0%",
        "0.0_);-0.0_)",
        "[Blue]0;[Red]-0;[Green]0",
        "0.0;(0.0)",
        "#,##0.00_);[Red](#,##0.00)",
        "+0.0;-0.0",
        "+0.00;[Red]-0.00;0.00",
        "[$-vi-VN]0.0",
        "[$-1010000]0.0",
    ],
]
# Refused for a number of which more is shown, or less.
ODD = {
    72.6354: [
        *[";;;", '"x"', '""', '" "', "[Red]", '"text"0', '0" 000"', '0"5"', "0\\5", "0.0\\5", '0"."0', '0"."', '0","0'],
        *["#,##0,", "0,", "0.0,,", "#,##0.0,", "0,,", "0.00,", "# ?/?", "# ??/??", "0/0", "?/?", "# ?/8", "0E+0", "0.00E+00"],
        *["##0.0E+0", 'General"5"', '"5"General', '5"x"', "0.0%%", "%0", "0%0", "-0", "-0.0", '"-"0.0', "0-0", "0 0", "00 00"],
        *['0" nghìn"', '0" triệu"', '0"k"', '0"M"', '0.0"/10"', '0"+"', '"~"0', '"<"0', '">"0.0', '0.0"!"', "(0.0)", "($0)"],
        *["[>50]\"x\"", '[>50]"cao";0', '[<50]0;"cao"', "[>=72]0.0\"9\";0.0", '[=1]"một";"nhiều"', "[$$-409]0.00", "[$₫-42A]0"],
        *["$0.00", "0.00€", "0.0.0", "0_.0", "0_ 0", "0*x", "*-0", "*00", "0* 0", '0.0*"', "dd/mm/yyyy", "d/m", "hh:mm", "[h]:mm"],
        *["yyyy", "mmm", "d", "[$-42A]dd mmmm", "AM/PM h", 'dd" 0.0"', "mm:ss.0", "[s]", '"7"0.0', '"1"#', '#"7"', "0;0;0;\"x\"@x"][:-1],
    ],
    -5.78: ["0;0", "0.0;0.0", "0.0;(0.0", "0.0;0.0)", "0.0;[Red]0.0", '0.0;"x"0.0', "0.0;;0.0", "0.0;", '0.0;"-"', "+0.0", "0.0;-(0.0)", "0;--0", "0;+0", "-0;0", "[<0]0;0", "0.0;-0.0\\5"],
    0: ["0.0;-0.0;", "0.0;-0.0;;", '0.0;-0.0;"-"', "#", "#,###", "0;-0;\"0\"0", '_(* #,##0_);_(* (#,##0);_(* "-"_)', "?", "0;-0;#", '0;-0;"không"', "[=0]\"\";0"],
}  # fmt: skip
EVERY = list(dict.fromkeys([*ORDINARY, *(code for codes in ODD.values() for code in codes)]))
UNITS = re.compile(r"(?:điểm|đ|hồ sơ|%|\s)+$")


def by_hand() -> bytes:
    """A workbook of every format in a row, every value in a column."""
    formats = "".join(f"<numFmt numFmtId='{200 + at}' formatCode={quoteattr(code)}/>" for at, code in enumerate(EVERY))
    looks = "".join(
        f'<xf numFmtId="{200 + at}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        for at in range(len(EVERY))
    )
    styles = (
        f'<styleSheet xmlns="{MAIN}"><numFmts count="{len(EVERY)}">{formats}</numFmts><fonts><font><sz val="11"/></font></fonts>'
        '<fills><fill><patternFill patternType="none"/></fill></fills><borders><border/></borders>'
        f'<cellStyleXfs><xf numFmtId="0"/></cellStyleXfs><cellXfs><xf numFmtId="0"/>{looks}</cellXfs></styleSheet>'
    )
    rows = "".join(
        f'<row r="{at}">'
        + "".join(
            f'<c r="{"ABCDEFGHIJKLMN"[column]}{at}" s="{at}"><v>{value!r}</v></c>'
            for column, value in enumerate(VALUES)
        )
        + "</row>"
        for at in range(1, len(EVERY) + 1)
    )
    return delivered.xlsx(rows, styles=styles)


def written() -> bytes:
    def fill(book):
        for row, code in enumerate(EVERY, 1):
            for column, value in enumerate(VALUES, 1):
                book.active.cell(row, column, value).number_format = code

    return delivered.workbook(fill)


def old() -> bytes:
    book, data = xlwt.Workbook(), io.BytesIO()
    sheet = book.add_sheet("Trang")
    for row, code in enumerate(EVERY):
        style = xlwt.easyxf(num_format_str=code)
        for column, value in enumerate(VALUES):
            sheet.write(row, column, value, style)
    book.save(data)
    return data.getvalue()


FILES = {"hand.xlsx": by_hand, "written.xlsx": written, "old.xls": old}


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    """What LibreOffice shows: for each file its rows of texts. One start for all files."""
    if not (office := shutil.which("soffice")):
        pytest.skip("LibreOffice is not installed")
    folder = tmp_path_factory.mktemp("rendered")
    for name, make in FILES.items():
        (folder / name).write_bytes(make())
    as_shown = "csv:Text - txt - csv (StarCalc):9,34,76,1,,0,false,true,false"
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    command = [
        office,
        profile,
        "--headless",
        "--convert-to",
        as_shown,
        "--outdir",
        str(folder),
        *(str(folder / name) for name in FILES),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return {
        name: list(csv.reader(io.StringIO((folder / name).with_suffix(".csv").read_text("utf-8")), delimiter="\t"))
        for name in FILES
    }


def read(name: str) -> dict[tuple[int, int], tuple]:
    (grid,) = kinds.tables(FILES[name]())
    return {cell[:2]: cell[2:] for line in grid.lines() for cell in line}


def is_read(cell: tuple) -> bool:
    _, kind, _, hidden = cell
    return kind in ("number", "percent") and not hidden


def agrees(text: str, value: float, kind: str) -> bool:
    """Whether the number in the text is ours, rounded as the text is."""
    plain = re.sub(r"^\((.*)\)$", r"-\1", text.strip().replace("−", "-").removeprefix("+"))  # accountants' brackets
    bare = UNITS.sub("", plain).replace(",", "")
    if not re.fullmatch(r"-?[0-9]*\.?[0-9]*(?:E[+-]?[0-9]+)?", bare) or not re.search("[0-9]", bare):
        return False
    ours = Decimal(repr(value)) * (100 if kind == "percent" else 1)
    shown = Decimal(bare)
    places = Decimal(1).scaleb(min(shown.as_tuple().exponent, 0))
    return (
        abs(ours.quantize(places, ROUND_HALF_UP)) == abs(shown)
        and (shown <= 0 or ours > 0)
        and (shown >= 0 or ours < 0)
    )


@pytest.mark.long
@pytest.mark.parametrize("name", FILES)
def test_what_libreoffice_shows_and_what_is_read_agree_or_nothing_is_read(rendered, name):
    cells, differ, compared = read(name), [], 0
    for row, code in enumerate(EVERY, 1):
        for column, stored in enumerate(VALUES, 1):
            cell = cells[row, column]
            text = rendered[name][row - 1][column - 1]
            if "42A" in code:  # in Vietnamese the comma and the dot are the other way round
                text = text.translate({44: 46, 46: 44})
            if is_read(cell):
                compared += 1
                if not agrees(text, cell[0], cell[1]):
                    differ.append((code, stored, text, cell))
    assert not differ
    assert compared > 700


@pytest.mark.parametrize("name", FILES)
def test_ordinary_formats_are_read_whatever_the_number(name):
    cells = read(name)
    refused = [
        (code, value)
        for code in ORDINARY
        for column, value in enumerate(VALUES, 1)
        if not is_read(cells[EVERY.index(code) + 1, column])
    ]
    assert not refused


@pytest.mark.parametrize("name", FILES)
def test_a_format_that_hides_or_changes_a_number_is_not_read_as_that_number(name):
    cells = read(name)
    taken = [
        (code, value)
        for value, codes in ODD.items()
        for code in codes
        if is_read(cells[EVERY.index(code) + 1, VALUES.index(value) + 1])
    ]
    assert not taken


def test_there_are_enough_formats_to_tell():
    assert len(EVERY) >= 120 and len(set(ORDINARY)) >= 60
