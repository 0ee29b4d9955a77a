"""A second opinion on the ledger of asks: by docs/method.md §14 alone, from the tables of second_opinion.py.

Nothing of the product is imported, and no pandas. An ask is told from its rows in the ledgers of earlier weeks, as they
were thought here.
"""

from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

from support.second_opinion import (
    BEFORE,
    CHANGE,
    NAN,
    REST,
    TOTAL,
    History,
    changes,
    contributions,
    counted_parts,
    known,
    moves,
    once,
    points,
    row,
    scores,
    signals,
    steps,
    week_rates,
)

ORDER = ["band", "fell", "signal", "flag", "target", "zero"]
OVER = ("done", "ended")
MILLIONTH = 6


def asks(history: History) -> dict:
    day, ledgers = (
        history.week.day,
        {day: history.ledgers[day] for day in sorted(history.ledgers) if day < history.week.day},
    )
    now, told = what_stands(history), {}
    rows_of = defaultdict(list)  # of each ask, with the day
    for then, ledger in ledgers.items():
        for (name,), each in ledger.items():
            rows_of[name].append((then, each))
    newest = list(ledgers)[-1:]
    said = answers(history)
    taken, falling, new_falls = (
        set(),
        set(),
        {unit for (unit, _), its in now.items() if its.get("fell", {}).get("asks") and not its["fell"]["alone"]},
    )
    crossings = defaultdict(int)
    for rows in rows_of.values():
        for then, each in rows:
            if each["state"] == "done" and each["kind"] == "flag" and each["indicator"] in history.rules.flows:
                crossings[each["unit_code"], each["indicator"]] += date.fromisoformat(then) > date.fromisoformat(
                    day
                ) - timedelta(364)
    for name, rows in rows_of.items():
        then, last = rows[-1]
        if [then] != newest or last["state"] in OVER or last["kind"] in ("task", "own"):
            continue
        place = last["unit_code"], last["indicator"]
        its, kind = now.get(place, {}), last["kind"]
        if why := ends(history, rows, its):
            told[(name,)] = tell(history, rows, kind, place, its.get(kind), "ended", why)
            continue
        taken.add(place)
        met = is_met(history, rows, its.get(kind), crossings[place] >= 2)
        reason = ""
        if kind == "fell" and not met and is_explained(rows, said[name]):
            met, reason = True, "explained"
        standing = [each for each, cell in its.items() if cell["asks"] and not cell["alone"]] + ([] if met else [kind])
        asked = kind in its and its[kind]["asks"]
        word = [
            each["kind"] for each in said[name] if each["kind"] in ("done", "end") and each["cutoff"] >= since(rows)
        ]
        if word and (asked or not met):
            state = "done" if word[-1] == "done" else "ended"
            codes = "office explained" if reason and state == "done" else "office"
            told[(name,)] = tell(history, rows, kind, place, its.get(kind), state, codes, crossings[place] >= 2)
            falling |= {place[0]} if kind == "fell" else set()
            continue
        if not standing and not asked:
            told[(name,)] = tell(history, rows, kind, place, its[kind], "done", reason)
            falling |= {place[0]} if reason else set()
            continue
        strongest = min(standing, key=ORDER.index, default=kind)
        again = " ".join(filter(None, [reason, "again" if met and asked and strongest == kind else ""]))
        if strongest == "fell":
            falling.add(place[0])
        told[(name,)] = tell(history, rows, strongest, place, its.get(strongest), "open", again, crossings[place] >= 2)
    for place, its in now.items():
        kinds = [
            kind
            for kind, cell in its.items()
            if cell["asks"] and not (cell["alone"] and place[0] in falling | new_falls)
        ]
        if not kinds or place in taken:
            continue
        kind = min(kinds, key=ORDER.index)
        done = [
            (rows[-1][0], name)
            for name, rows in rows_of.items()
            if rows[-1][1]["state"] == "done"
            and rows[-1][1]["kind"] != "own"
            and (rows[-1][1]["unit_code"], rows[-1][1]["indicator"]) == place
            and rows[-1][0] in list(ledgers)[-4:]
            and not ends(history, rows, its)
        ]
        if done:
            name = max(done)[1]
            told[(name,)] = tell(history, rows_of[name], kind, place, its[kind], "open", "again", crossings[place] >= 2)
        else:
            told[(":".join([*place, day]),)] = tell(history, [], kind, place, its[kind], "new", "")
    return told | own_asks(history, rows_of, newest, said) | tasks(history, rows_of, newest)


# -- what this week asks ---------------------------------------------------------------------------------------------


def what_stands(history: History) -> dict:
    """By unit and indicator, by kind: level, target, whether it asks, whether it is met, whether only alone."""
    week, settings = history.week, history.rules.settings
    of_scores, own, told = scores(week, history.rules), week_rates(history), defaultdict(dict)

    def add(kind, unit, name, level, target, asks, met, alone=False):
        told[unit, name][kind] = {"level": level, "target": target, "asks": asks, "met": met, "alone": alone}

    for unit in week.kinds:
        its = of_scores.get((unit,), {"total": NAN, "band": ""})
        limit = next((least for least, band in history.rules.bands if band == its["band"]), NAN)
        weak = its["band"] in settings["weak_bands"]
        above = min((least for least, _ in history.rules.bands if least > limit), default=NAN)
        add("band", unit, TOTAL, its["total"], above if weak else NAN, weak, known(its["total"]) and not weak)
    for (unit, name), (level, target, fell, alone) in falls(history).items():
        add("fell", unit, name, level, target, fell, False, alone)
    for (unit, name), each in signals(history).items():
        if unit in week.kinds:
            down = each["signal"] == "down"
            add("signal", unit, name, each["rate"], each["baseline"], down, not down)
    for name, mark in settings.get("marks_below", {}).items():
        for unit in week.kinds if name not in (CHANGE, BEFORE) else ():
            value = week[unit, name].value
            week_is_good = name in history.rules.flows and own.get((unit, name), {"rate": NAN})["rate"] >= mark
            add("flag", unit, name, value, float(mark), value < mark and not week_is_good, value >= mark)
    for name, target in settings.get("targets", {}).items():
        held = [week[unit, name].value for unit in week.kinds if known(week[unit, name].value)]
        reached = sum(value >= target for value in held)
        numbers = (float(reached), float(len(held))) if held else (NAN, NAN)
        add("target", history.rules.area, name, *numbers, reached < len(held), 0 < len(held) == reached)
    for name in history.rules.indicators:
        judged = name in settings.get("marks_below", {}) or name in settings.get("targets", {})
        if department(history, name) and not judged and any(each == name for _, each in week.cells):
            for unit in week.kinds:
                value = week[unit, name].value
                add("zero", unit, name, value, 0.0, value == 0, value > 0)
    return told


def falls(history: History) -> dict:
    """The points of each part of each unit's total; those before, whether they fell, and whether only a gap says so."""
    of_points, lost, told = points(history.week, history.rules), steps(history), {}
    before = {
        (unit, name or group): each["previous_points"] for (unit, group, name), each in contributions(history).items()
    }
    before |= {(unit, TOTAL): each["previous_total"] for (unit,), each in changes(history).items()}
    of_units, marked = scores(history.week, history.rules), moves(history)
    for unit in history.week.kinds:
        its = of_units.get((unit,))
        if its is None:
            continue
        now = {name or group: value for (group, name), value in counted_parts(of_points, unit).items() if known(value)}
        now |= {REST: its["not_itemised"], TOTAL: its["total"]}
        fallen = {name for (code, name), each in marked.items() if code == unit and is_down(each)}
        if (unit, "before") in lost and lost[unit, "before"]["blocks"] < 0:
            fallen.add(lost[unit, "before"]["indicator"])
        parts = fallen - {CHANGE}
        fallen = parts or ({TOTAL} if fallen else set())
        gap = lost.get((unit, "peers"), {"blocks": 0})["blocks"] < 0 and REST not in fallen
        for name, level in now.items():
            if name == REST and gap:
                told[unit, name] = level, round(level - lost[unit, "peers"]["points"], MILLIONTH), True, True
            else:
                told[unit, name] = (
                    level,
                    before.get((unit, name), NAN) if name in fallen else NAN,
                    name in fallen,
                    False,
                )
    return {key: (round(each[0], MILLIONTH), round(each[1], MILLIONTH), *each[2:]) for key, each in told.items()}


def is_down(move: dict) -> bool:
    away = move["move"] - move["median"] if known(move["median"]) else move["move"]
    return move["marked"] and move["move"] < 0 and move["move"] * away > 0


# -- the course of an ask --------------------------------------------------------------------------------------------


def own_rows(rows: list, kind: str) -> list:
    """The newest rows that have this kind, without a break."""
    told = []
    for then, each in reversed(rows):
        if each["kind"] != kind:
            break
        told.insert(0, (then, each))
    return told


def before_the_fall(rows: list) -> tuple[float, float]:
    """The points that a fall has to regain, and those that it fell to."""
    its = own_rows(rows, "fell")
    for then, each in reversed(its):
        if "again" in each["note"].split() or (then, each) == its[0]:
            return each["target"], each["level"]
    return NAN, NAN


def is_met(history: History, rows: list, cell: dict | None, unsteady: bool) -> bool:
    last = rows[-1][1]
    if cell is None:
        return False
    if last["kind"] == "fell":
        target, low = before_the_fall(rows)
        step = history.rules.settings["step"]
        blocks = step["size_points"] * round((target - low) / step["size_points"]) if known(target - low) else 0
        near = step["level_tolerance_points"]
        is_block = last["indicator"] == REST and blocks and abs(target - low - blocks) <= near + 1e-9
        return cell["level"] >= target - (near if is_block else 0)
    if last["kind"] == "flag" and unsteady:
        return cell["level"] >= min(cell["target"] + least_move(history), 100)
    if last["kind"] == "flag" and "once" in last["note"].split() and is_good_week(history, last, cell):
        return True
    return cell["met"]


def is_good_week(history: History, ask: dict, cell: dict) -> bool:
    own = week_rates(history).get((ask["unit_code"], ask["indicator"]))
    if own is None or ask["indicator"] not in history.rules.flows:
        return False
    return own["low"] >= cell["target"] and not (known(own["cases"]) and own["cases"] < 20)


def least_move(history: History) -> float:
    return history.rules.settings.get("asks", {}).get("least_move", 1.0)


def ends(history: History, rows: list, its: dict) -> str:
    last, day = rows[-1][1], history.week.day
    kind, unit, name, opened = (last[column] for column in ("kind", "unit_code", "indicator", "opened"))
    if kind != "target":
        if unit not in history.week.kinds:
            heirs = [each["successor_code"] for each in history.rules.registry if each["code"] == unit]
            return f"merged:{heirs[-1]}" if heirs and heirs[-1] != unit else "gone"
        if any(opened < each <= day for each in history.began(unit, day)):
            return f"merged:{unit}"
    of_points = kind in ("band", "fell") or name == TOTAL
    if of_points and opened[:4] < day[:4]:
        return "year"
    if any(opened < each <= day for each in history.rules.changed):
        return "rule"
    if kind in ("flag", "target", "zero") and kind not in its:
        return "rule"
    rebased = [each for each in history.rules.settings.get("rebase", []) if opened < each["cutoff"] <= day]
    fits = [
        each for each in rebased if each.get("unit_code", "") in ("", unit) and each.get("indicator", "") in ("", name)
    ]
    if kind == "signal" and fits:
        return "baseline"
    if rows[0][0] != opened:
        return "corrected"
    old = date.fromisoformat(day) - date.fromisoformat(opened) >= timedelta(364)
    return "baseline" if kind == "signal" and old and its.get("signal", {"met": False})["met"] else ""


def tell(history, rows, kind, place, cell, state, code, unsteady=False, own="") -> dict:
    unit, name = place
    ask_id = own or ":".join([unit, name, rows[-1][1]["opened"] if rows else history.week.day])
    cell = cell or {"level": NAN, "target": NAN}
    last = rows[-1][1] if rows else None
    own_week = week_rates(history).get(place, dict.fromkeys(("rate", "low", "high"), NAN) | {"basis": ""})
    its = own_rows(rows, kind)
    first = its[0] if its else (history.week.day, cell)
    asked = sum(each["state"] not in OVER for _, each in rows) + (state not in OVER)
    target = before_the_fall(rows)[0] if kind == "fell" and its and "again" not in code.split() else cell["target"]
    about = [*answers(history)[ask_id], *(unnamed(history, unit, name) if not rows and not own else ())]
    raised = since(rows) if rows and "again" not in code.split() else history.week.day
    moved = [each for each in about if each["kind"] == "extend" and each["cutoff"] >= raised]
    days = [history.rules.settings.get("asks", {}).get(each, 0) for each in ("due_days", "reply_days")]
    due, reply_by = (working_days(history.week.day, count) for count in days)
    if own and (wanted := [each["promised"] for each in about if each["kind"] == "own" and each["promised"]]):
        due = wanted[-1]
    if raised != history.week.day:
        due, reply_by = last["due"], last["reply_by"]
    if moved:
        due = moved[-1]["promised"]
    if state in ("new", "open") and "" < due < history.week.day:
        state = "overdue"
    elif state in ("new", "open") and moved:
        state = "extended"
    replied = [each for each in about if each["kind"] == "reply"][-1:]
    was_asked = last is not None and last["state"] not in OVER
    told = row(
        addressee="units" if kind == "target" else "unit",
        unit_code=unit,
        unit_name=named(history, unit, last),
        department=department(history, name),
        indicator=name,
        kind=kind,
        opened=last["opened"] if last else history.week.day,
        times=float(asked),
        due=due,
        reply_by=reply_by,
        level_opened=first[1]["level"],
        level_before=last["level"] if was_asked and last["kind"] == kind else NAN,
        level=cell["level"],
        rate=own_week["rate"],
        low=own_week["low"],
        high=own_week["high"],
        target=target,
        state=state,
        replied="".join(each["day"] for each in replied),
        reply="".join(each["text"] or each["cause"] for each in replied),
    )
    if kind == "own":
        told |= {"progress": "met" if state == "done" else "", "note": code}
        return told
    told["progress"] = progress(history, told, last, first if its else None, own_week["basis"], code)
    told["note"] = " ".join(note(history, told, last, cell, code, unsteady))
    return told


def progress(history: History, ask: dict, last: dict | None, first: tuple | None, basis: str, code: str) -> str:
    if ask["state"] == "ended" or (ask["state"] == "done" and "office" not in code.split()):
        return {"done": "met", "ended": "unclear"}[ask["state"]]
    if last is None:
        return ""
    if first is None:
        return "worse" if ORDER.index(ask["kind"]) < ORDER.index(last["kind"]) else "better"
    if not known(ask["level"]) or basis == "revised":
        return "unclear"
    if ask["kind"] == "signal":
        return "same"
    if ask["kind"] == "flag" and ask["indicator"] in history.rules.flows:
        standing = signals(history).get((ask["unit_code"], ask["indicator"]), {"since": "", "signal": ""})
        way = standing["signal"] if standing["since"] > ask["opened"] else ""
        return {"up": "better", "down": "worse"}.get(way, "same")
    if not known(ask["level_opened"]) or first[0] < history.since(history.week.day, ask["unit_code"]):
        return "unclear"
    least = 1 if ask["kind"] == "target" else least_move(history)  # the index has 100 points
    moved = round(ask["level"] - ask["level_opened"], MILLIONTH)
    return "better" if moved >= least else "worse" if moved <= -least else "same"


def note(history: History, ask: dict, last: dict | None, cell: dict, code: str, unsteady: bool) -> list[str]:
    if ask["state"] == "ended":
        return [code]
    told = [code] if code else []
    if last and last["kind"] != ask["kind"]:
        told.append(f"kind:{last['kind']}>{ask['kind']}")
    wanted = cell["target"]
    if ask["kind"] == "target":
        wanted = float(history.rules.settings["targets"][ask["indicator"]])
        told.append(f"at:{wanted:g}")
    if last and last["kind"] == ask["kind"] and ask["kind"] in ("band", "flag", "target"):
        then = last["target"]
        if ask["kind"] == "target":
            then = next(float(each[3:]) for each in last["note"].split() if each.startswith("at:"))
        if known(wanted) and known(then) and wanted != then:
            told.append(f"target:{then:g}>{wanted:g}")
    if ask["kind"] == "flag" and ask["state"] != "done":
        if unsteady and last is not None:
            told.append("unsteady")
        elif is_good_week(history, ask, cell):
            told.append("once")
    return told


def named(history: History, unit: str, last: dict | None) -> str:
    if unit == history.rules.area:
        return history.rules.settings["name"]["vi"]
    return history.week.names[unit] if unit in history.week.kinds else last["unit_name"]


def department(history: History, name: str) -> str:
    """Its code: the Vietnamese name in small letters without tones, joined by hyphens; of the indicator or its group."""
    named = history.rules.settings.get("responsible", {})
    group = history.rules.indicators[name]["group"] if name in history.rules.indicators else ""
    each = named.get(name) or named.get(group)
    return coded(each["vi"]) if each else ""


def coded(name: str) -> str:
    plain = {
        **dict.fromkeys("àáảãạăằắẳẵặâầấẩẫậ", "a"),
        **dict.fromkeys("èéẻẽẹêềếểễệ", "e"),
        **dict.fromkeys("ìíỉĩị", "i"),
        **dict.fromkeys("òóỏõọôồốổỗộơờớởỡợ", "o"),
        **dict.fromkeys("ùúủũụưừứửữự", "u"),
        **dict.fromkeys("ỳýỷỹỵ", "y"),
        "đ": "d",
    }
    letters = "".join(plain.get(letter, letter) for letter in name.lower())
    return "-".join("".join(each if each.isascii() and each.isalnum() else " " for each in letters).split())


# -- what is answered ------------------------------------------------------------------------------------------------

KINDS = {"": "reply", "gia hạn": "extend", "hoàn thành": "done", "kết thúc": "end", "đề nghị": "own"}
COLUMNS = {
    **{"mã đề nghị": "ask", "đơn vị": "unit", "chỉ số": "name", "ngày": "day", "nội dung": "text"},
    **{"nguyên nhân": "cause", "giải pháp": "solution", "hẹn": "promised", "số văn bản": "document", "loại": "kind"},
}
HOLIDAYS = {  # on a working day, as they were announced
    *("2023-01-02", "2023-01-20", "2023-01-23", "2023-01-24", "2023-01-25", "2023-01-26", "2023-05-01", "2023-05-02"),
    *("2023-05-03", "2023-09-01", "2023-09-04", "2024-01-01", "2024-02-08", "2024-02-09", "2024-02-12", "2024-02-13"),
    "2024-02-14",
}


def read_replies(folder: Path, day: str) -> tuple[list[dict], dict[str, str]]:
    """The lines of the week's file of replies as they were typed, and which units had been sent a form."""
    file, sent = folder / f"{day}-phan-hoi.csv", folder / "forms.csv"
    if not file.is_file():
        return [], {}
    head, *lines = [line.split(";") for line in file.read_text("utf-8").splitlines()]
    typed = [dict(zip((COLUMNS[each] for each in head), line, strict=True)) for line in lines]
    told = [
        {**line, "kind": KINDS[line["kind"]], "cutoff": day, "row": str(number), "file": file.name}
        for number, line in enumerate(typed, start=2)
    ]
    return told, dict(line.split(",") for line in sent.read_text("utf-8").splitlines()[1:])


def working_days(day: str, count: int) -> str:
    each = date.fromisoformat(day)
    for _ in range(count):
        each += timedelta(1)
        while each.weekday() > 4 or str(each) in HOLIDAYS:
            each += timedelta(1)
    return str(each) if count else ""


@once
def answers(history: History) -> dict:
    """What was typed about each ask in this week and before it, the newest last. What names no ask is about each of the
    unit's asks that was open before its report."""
    told = defaultdict(list)
    for then in sorted(history.replies):
        before = [history.ledgers[day] for day in sorted(history.ledgers) if day < then][-1:]
        numbers = defaultdict(int)
        for line in history.replies[then] if then <= history.week.day else ():
            if line["kind"] == "own":
                numbers[line["unit"], line["name"]] += 1
                found = [":".join([line["unit"], line["name"], then, str(numbers[line["unit"], line["name"]])])]
            else:
                found = [line["ask"]] if line["ask"] else of_unit(line, before[0] if before else {})
            for name in found:
                told[name].append(line | {"ask_id": name, "is_named": bool(line["ask"] or line["name"])})
            if not found:
                told[""].append(line | {"ask_id": "", "is_named": bool(line["name"])})
    return defaultdict(list, {name: sorted(its, key=lambda each: each["day"]) for name, its in told.items()})


def of_unit(line: dict, ledger: dict) -> list[str]:
    return [
        name
        for (name,), ask in ledger.items()
        if ask["state"] not in OVER
        and ask["unit_code"] == line["unit"]
        and line["name"] in ("", ask["indicator"])
        and ask["opened"] <= line["day"]
    ]


def unnamed(history: History, unit: str, name: str) -> list[dict]:
    """This week's replies that fit no ask from before: they are about what this week asks first."""
    its = [each for each in answers(history)[""] if each["cutoff"] == history.week.day]
    return [each for each in its if each["unit"] == unit and each["name"] in ("", name)]


def since(rows: list) -> str:
    """The report that raised the ask, or raised it again."""
    return ([then for then, each in rows if "again" in each["note"].split()] or [rows[0][0]])[-1]


def is_explained(rows: list, said: list) -> bool:
    its = own_rows(rows, "fell")
    fallen = next((then for then, each in reversed(its) if "again" in each["note"].split()), its[0][0])
    replies = [each for each in said if each["kind"] == "reply" and each["is_named"]]
    return any(each["cause"] and each["day"] >= fallen for each in replies)


def own_asks(history: History, rows_of: dict, newest: list[str], said: dict) -> dict:
    told, day, nothing = {}, history.week.day, {"level": NAN, "target": NAN}
    for name, rows in rows_of.items():
        then, last = rows[-1]
        if last["kind"] != "own" or [then] != newest or last["state"] in OVER:
            continue
        unit, word = last["unit_code"], [each["kind"] for each in said[name] if each["kind"] in ("done", "end")]
        why = ""
        if unit not in history.week.kinds:
            heirs = [each["successor_code"] for each in history.rules.registry if each["code"] == unit]
            why = f"merged:{heirs[-1]}" if heirs and heirs[-1] != unit else "gone"
        elif any(last["opened"] < each <= day for each in history.began(unit, day)):
            why = f"merged:{unit}"
        elif rows[0][0] != last["opened"]:
            why = "corrected"
        elif word:
            why = "office"
        state = "done" if why == "office" and word[-1] == "done" else "ended" if why else "open"
        told[(name,)] = tell(history, rows, "own", (unit, last["indicator"]), nothing, state, why, own=name)
    for name, its in said.items():
        for each in its:
            if each["kind"] == "own" and each["cutoff"] == day:
                place = each["unit"], each["name"]
                told[(name,)] = tell(history, [], "own", place, nothing, "new", "", own=name)
    return told


def replies(history: History, ledger: dict) -> dict:
    """The table: this week's rows, and the earlier ones of asks that the ledger has; and the forms of their units."""
    told, day, shown = {}, history.week.day, {name for (name,) in ledger}
    new = [(name, ask) for (name,), ask in ledger.items() if ask["opened"] == day and ask["kind"] != "own"]
    for each in (each for its in answers(history).values() for each in its):
        names = [each["ask_id"]]
        if not each["ask_id"]:
            fit = unnamed(history, each["unit"], each["name"]) and [
                name for name, ask in new if ask["unit_code"] == each["unit"] and each["name"] in ("", ask["indicator"])
            ]
            names = fit or [""]
        for name in names if each["cutoff"] == day else [name for name in names if name in shown]:
            ask = next(
                (
                    ask
                    for ledgers in (ledger, *history.ledgers.values())
                    for (own,), ask in ledgers.items()
                    if own == name
                ),
                {},
            )
            about = {"department": "", "unit_code": each["unit"], "indicator": each["name"]}
            if each["ask"]:
                about |= {"unit_code": ask["unit_code"], "indicator": ask["indicator"]}
            key = (each["cutoff"], each["row"], name, about["unit_code"], each["kind"])
            words = {
                column: each[column] for column in ("day", "text", "cause", "solution", "promised", "document", "file")
            }
            told[key] = row(**words, **about)
    for unit, sent in history.forms.items():
        if any(ask["unit_code"] == unit for ask in ledger.values()):
            empty = dict.fromkeys(
                ("file", "department", "indicator", "text", "cause", "solution", "promised", "document"), ""
            )
            told[(day, "", "", unit, "form")] = row(**empty, day=sent)
    return told


# -- standing tasks --------------------------------------------------------------------------------------------------


def tasks(history: History, rows_of: dict, newest: list[str]) -> dict:
    told, day = {}, history.week.day
    standing = {
        (name.split(":")[0], rows[-1][1]["indicator"]): (name, rows[-1][1])
        for name, rows in rows_of.items()
        if rows[-1][1]["kind"] == "task" and [rows[-1][0]] == newest and rows[-1][1]["state"] not in OVER
    }
    numbers = dict.fromkeys(("times", "level_opened", "level_before", "level", "rate", "low", "high", "target"), NAN)
    texts = dict.fromkeys(("unit_code", "unit_name", "due", "reply_by", "progress", "replied", "reply", "note"), "")
    for each in history.rules.tasks:
        code = coded(each["department"])
        known_as, last = standing.pop((each["code"], each["indicators"]), ("", None))
        name = known_as or ":".join([each["code"], each["indicators"].replace(" ", "+"), day])
        about = {"addressee": "department" if code else "units", "department": code, "indicator": each["indicators"]}
        about |= {"kind": "task", "opened": last["opened"] if last else day, "state": "standing" if last else "new"}
        told[(name,)] = row(**numbers, **texts, **about)
    for name, last in standing.values():
        told[(name,)] = row(**{**last, "state": "ended", "note": "office"})
    return told
