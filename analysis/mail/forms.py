"""Which units were sent a form for their answers with a reminder, as the outbox knows it."""

from pathlib import Path

from analysis.mail import outbox, sending


def find_sent_forms(home: Path, area: str, cutoff: str) -> dict[str, str]:
    """By unit_code, the day (ISO) on which a server accepted the last form, of the reports before ``cutoff``.

    Nothing where no letter was ever sent. Raises OutboxError.
    """
    if not sending.path(home).is_file():
        return {}
    with outbox.opened(sending.path(home)) as box:
        sent = [(unit, day) for week, unit, day in box.forms(area) if week < cutoff]
    return {unit: max(day for each, day in sent if each == unit) for unit, _ in sent}
