"""mail.toml as an office would write it."""

import json
from pathlib import Path

SENDER = "Văn phòng HĐND và UBND huyện Chợ Mới <bao-cao@chomoi.example>"


def write_settings(home: Path, port: int = 9, smtp: str = "", **other) -> None:
    about = {"sender": SENDER, "recipients": "recipients.csv", "domains": ["leaders.example"]} | other
    lines = [f"{name} = {json.dumps(value, ensure_ascii=True)}" for name, value in about.items()]
    smtp = smtp or f'host = "127.0.0.1"\nport = {port}\nsecurity = "none"\n'
    (home / "mail.toml").write_text("\n".join([*lines, "[smtp]", smtp]), "utf-8")
