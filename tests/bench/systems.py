"""Many systems like config/friendreminders.yaml: copies with suffixed names."""

import re
from pathlib import Path

import yaml

SEED = Path(__file__).parents[2] / "config" / "friendreminders.yaml"
REGION = "ap-southeast-1"

NAMES = ("friendreminders", "FriendReminders", "rails_app", "remindersmgt", "rails-compose",
         "FriendRemindersBuild")  # fmt: skip
"""Every name that the seed gives to something in AWS; the container's name stays, it is no resource."""

_NAMED = re.compile(rf"\b({'|'.join(NAMES)})\b")


def write(folder: Path, count: int, *, branch: str = "master") -> list[str]:
    """Write `count` specs into the folder; the first one keeps the seed's names"""
    seed = SEED.read_text(encoding="utf-8").replace("branch: master", f"branch: {branch}")
    files = []
    for number in range(count):
        file = folder / f"{branch}-{number}.yaml"
        file.write_text(_NAMED.sub(rf"\1-{number}", seed) if number else seed, encoding="utf-8")
        files.append(str(file))
    return files


def without(file: str, *blocks: str) -> str:
    """Write the same spec without some of its blocks beside it: what they had made is then an orphan"""
    values = yaml.safe_load(Path(file).read_text(encoding="utf-8"))
    fewer = Path(file).with_suffix(".fewer.yaml")
    left = {key: value for key, value in values.items() if key not in blocks}
    fewer.write_text(yaml.safe_dump(left), encoding="utf-8")
    return str(fewer)
