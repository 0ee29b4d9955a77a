"""An old week made again after targets, thresholds and departments have changed is what it was, byte for byte."""

import shutil

import pytest
from support.homes import UNITS, analysis_at

from analysis.weeks import atomic

AREA, CUTOFF = "cho-moi", "2023-12-04"
CHANGE = """
[[change]]
valid_from = "2024-01-01"
fell_most = 1
weak_bands = ["Yếu", "Trung bình"]
[change.marks_below]
CKMB = 90
[change.at_most]
[change.document]
signer = "PHÓ CHÁNH VĂN PHÒNG"
[change.page]
asked = 1
"""


def products(home):
    """What the week's two folders hold; run.json tells the configuration and the time."""
    folders = [home / "data" / "processed" / AREA / CUTOFF, home / "reports" / AREA / CUTOFF]
    found = {name: each for folder in folders for name, each in atomic.hashes(folder.rglob("*"), home).items()}
    return {name: digest for name, digest in found.items() if not name.endswith("/run.json")}


@pytest.mark.long
def test_a_week_before_a_change_made_again_has_the_same_products(real_home, tmp_path):
    home = tmp_path / "home"
    shutil.copytree(real_home, home)
    before, config = products(home), home / "config" / AREA
    with (config / "area.toml").open("a", encoding="utf-8") as file:
        file.write(CHANGE)
    (config / "targets.csv").write_text(
        "indicator,target,valid_from,valid_to,source\nDVCTT,70,2024-01-01,,QĐ 1\nSH,,2024-01-01,,QĐ 1\n", "utf-8"
    )
    (config / "departments.csv").write_text(
        "answers_for,name_vi,name_en,valid_from,valid_to,source\nTT,Sở Tư pháp,the Department of Justice,2024-01-01,,QĐ 2\n"
        ",Sở Nội vụ,the Department of Home Affairs,2024-01-01,,QĐ 2\n",
        "utf-8",
    )
    assert "Không có gì mới" not in analysis_at(home, "--units", ",".join(UNITS))
    assert products(home) == before
