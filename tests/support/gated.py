"""The gate's page, and a table with one wrong cell of each kind."""

from analysis.gate import clean
from analysis.report import gatepage
from support.district import in_force, lines, saved, words


def page(*paths, held=None, lang="vi"):
    held = held or in_force()
    return gatepage.page(gatepage.delivered(paths), clean.gate(paths, held, words(lang)), words(lang), held)


def wrong(folder):
    """Seven wrong cells, and a header with another target."""
    rows = lines()
    for row, column, text in [
        *[(6, "G", "7l.2"), (7, "H", "101"), (8, "B", "LONG ĐIỀN C"), (9, "J", ""), (10, "D", "KHÁ")],
        *[(11, "L", "12.5"), (4, "I", "DVCTT (Chỉ tiêu trên 60%)")],
    ]:
        rows[row - 1][ord(column) - ord("A")] = text
    return saved(folder, rows)
