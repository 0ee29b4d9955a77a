"""A second opinion on the ledger of asks: by docs/method.md §14 alone, from the tables of second_opinion.py.

Nothing of the product is imported, and no pandas. An ask is told from its rows in the ledgers of earlier weeks, as they
were thought here.
"""

from collections import defaultdict
from datetime import date, timedelta

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
        if [then] != newest or last["state"] in OVER or last["kind"] == "task":
            continue
        place = last["unit_code"], last["indicator"]
        its, kind = now.get(place, {}), last["kind"]
        if why := ends(history, rows, its):
            told[(name,)] = tell(history, rows, kind, place, its.get(kind), "ended", why)
            continue
        taken.add(place)
        met = is_met(history, rows, its.get(kind), crossings[place] >= 2)
        standing = [each for each, cell in its.items() if cell["asks"] and not cell["alone"]] + ([] if met else [kind])
        asked = kind in its and its[kind]["asks"]
        if not standing and not asked:
            told[(name,)] = tell(history, rows, kind, place, its[kind], "done", "")
            continue
        strongest = min(standing, key=ORDER.index, default=kind)
        again = "again" if met and asked and strongest == kind else ""
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
            and (rows[-1][1]["unit_code"], rows[-1][1]["indicator"]) == place
            and rows[-1][0] in list(ledgers)[-4:]
            and not ends(history, rows, its)
        ]
        if done:
            name = max(done)[1]
            told[(name,)] = tell(history, rows_of[name], kind, place, its[kind], "open", "again", crossings[place] >= 2)
        else:
            told[(":".join([*place, day]),)] = tell(history, [], kind, place, its[kind], "new", "")
    return told | tasks(history, rows_of, newest)


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


def tell(history, rows, kind, place, cell, state, code, unsteady=False) -> dict:
    unit, name = place
    cell = cell or {"level": NAN, "target": NAN}
    last = rows[-1][1] if rows else None
    own = week_rates(history).get(place, dict.fromkeys(("rate", "low", "high"), NAN) | {"basis": ""})
    its = own_rows(rows, kind)
    first = its[0] if its else (history.week.day, cell)
    asked = sum(each["state"] not in OVER for _, each in rows) + (state not in OVER)
    target = before_the_fall(rows)[0] if kind == "fell" and its and code != "again" else cell["target"]
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
        due="",
        reply_by="",
        level_opened=first[1]["level"],
        level_before=last["level"] if was_asked and last["kind"] == kind else NAN,
        level=cell["level"],
        rate=own["rate"],
        low=own["low"],
        high=own["high"],
        target=target,
        state=state,
        replied="",
        reply="",
    )
    told["progress"] = progress(history, told, last, first if its else None, own["basis"])
    told["note"] = " ".join(note(history, told, last, cell, code, unsteady))
    return told


def progress(history: History, ask: dict, last: dict | None, first: tuple | None, basis: str) -> str:
    if ask["state"] in ("new", "done", "ended"):
        return {"new": "", "done": "met", "ended": "unclear"}[ask["state"]]
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
        if unsteady and ask["state"] != "new":
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
