"""Replies planted in generated weeks: what units and the office might write after the newest report, by chance."""

import csv
from pathlib import Path

import numpy as np

from analysis.weeks import atomic, paths, store

HEAD = ["mã đề nghị", "đơn vị", "chỉ số", "ngày", "nội dung", "nguyên nhân", "giải pháp", "hẹn", "số văn bản", "loại"]
OFFICE = {"gia hạn": 0.05, "hoàn thành": 0.04, "kết thúc": 0.03}  # of the open asks


def plant(home: Path, area: str, day: str) -> None:
    """The week's file of replies, and which units had been sent a form, as the folder of its draft keeps them.

    The same earlier weeks get the same replies.
    """
    earlier = [each for each in store.published(home, area) if each < day]
    asks = _read(paths.processed(home, area, earlier[-1], "asks.csv")) if earlier else []
    chance = np.random.default_rng(int(day.replace("-", "")))
    still = [ask for ask in asks if ask["state"] not in ("done", "ended") and ask["kind"] != "task"]
    lines = [line for ask in still for line in _answer(ask, day, chance)]
    units = sorted({ask["unit_code"] for ask in still if ask["addressee"] == "unit"})
    if units:
        lines.append(_line(unit=chance.choice(units), day=day, text="Trả lời chung."))
        asked = {"unit": chance.choice(units), "indicator": str(chance.choice(["", "CKMB"])), "kind": "đề nghị"}
        lines += [_line(**asked, day=day, text="Rà soát.", promised=chance.choice(["", _later(day, 20)]))] * 2
    if area_asks := [ask for ask in still if ask["addressee"] == "units"]:
        lines.append(_line(area_asks[0]["ask_id"], day=day, text="Đã họp."))
    lines.append(_line(unit="30652", indicator="TT", day=day, text="Không ai hỏi cũng trả lời."))
    draft = store.open_week(area, day, home=home).folder
    written = "".join(";".join(line) + "\n" for line in [HEAD, *lines])
    atomic.save(draft / "replies" / f"{day}-phan-hoi.csv", written)
    forms = "".join(f"{unit},{day}\n" for unit in units[::3])
    atomic.save(draft / "replies" / "forms.csv", f"unit_code,day\n{forms}")


def _answer(ask: dict[str, str], day: str, chance: np.random.Generator) -> list[list[str]]:
    drawn, told = chance.random(), chance.random()
    for kind, share in OFFICE.items():
        if drawn < (share := share * (5 if ask["kind"] == "own" else 1)):
            return [_line(ask["ask_id"], day=day, kind=kind, promised=_later(day, 9) if kind == "gia hạn" else "")]
        drawn -= share
    cause = "Có nguyên nhân." if told < (0.4 if ask["kind"] == "fell" else 0.2) else ""
    if drawn < 0.3:
        by_code = {"ask": ask["ask_id"]} if told < 0.5 else {"unit": ask["unit_code"], "indicator": ask["indicator"]}
        if ask["kind"] == "own" or not ask["unit_code"]:
            by_code = {"ask": ask["ask_id"]}
        return [_line(**by_code, day=day if told < 0.7 else ask["opened"], text="Đã làm.", cause=cause, promised=day)]
    return []


def _line(ask="", unit="", indicator="", day="", text="", cause="", promised="", kind="") -> list[str]:
    return [ask, str(unit), indicator, day, text, cause, "", str(promised), "", kind]


def _later(day: str, days: int) -> str:
    return str(np.datetime64(day) + days)


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
