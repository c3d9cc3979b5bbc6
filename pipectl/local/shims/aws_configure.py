"""`aws configure get` and `set`: the files of the build's own home (AWS CLI user guide, "configure")."""

from __future__ import annotations

import configparser
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pipectl.local.shims.aws_errors import AwsUsageError, Failed

if TYPE_CHECKING:
    from pipectl.local.shims.aws_options import CommandLine

_CREDENTIALS = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
_NAME_AND_VALUE = 2


def run(options: CommandLine) -> None:
    """A setting that is not there is status 1, as of the CLI"""
    match options.words[1:]:
        case ["get", name]:
            section, key = _place(name, options)
            value = _read(_file(key)).get(section, key, fallback=None) if section else None
            if value is None:
                raise Failed("", 1)
            sys.stdout.write(f"{value}\n")
        case ["set", name, value]:
            section, key = _place(name, options)
            _set(_file(key), section, key, value)
        case words:
            raise AwsUsageError(
                f"the aws of the local AWS does not know `aws configure {' '.join(words[:1])}`"
            )


def _place(name: str, options: CommandLine) -> tuple[str, str]:
    """`region`, or `PROFILE.region`, or with --profile; nested settings are refused"""
    parts = name.removeprefix("profile.").split(".")
    profile = options.value("profile") or os.environ.get("AWS_PROFILE", "default")
    if len(parts) == _NAME_AND_VALUE:
        profile = parts[0]
    elif len(parts) > _NAME_AND_VALUE:
        raise AwsUsageError(f"the aws of the local AWS does not know the nested setting {name}")
    named = profile == "default" or parts[-1] in _CREDENTIALS
    return (profile if named else f"profile {profile}"), parts[-1]


def _file(key: str) -> Path:
    variable, name = (
        ("AWS_SHARED_CREDENTIALS_FILE", "credentials")
        if key in _CREDENTIALS
        else ("AWS_CONFIG_FILE", "config")
    )
    return Path(os.environ.get(variable) or Path.home() / ".aws" / name)


def _read(file: Path) -> configparser.RawConfigParser:
    found = configparser.RawConfigParser(default_section="")
    found.read(file, encoding="utf-8")
    return found


def _set(file: Path, section: str, key: str, value: str) -> None:
    settings = _read(file)
    if not settings.has_section(section):
        settings.add_section(section)
    settings.set(section, key, value)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    with file.open("w", encoding="utf-8") as opened:
        settings.write(opened)
