"""Temporary credentials, kept as the AWS CLI keeps them: an MFA code is asked for once and not always."""

import getpass
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipectl.errors import NotConnected

CACHED = ("assume-role", "assume-role-with-web-identity")
"""Providers whose credentials the AWS CLI keeps (awscli/customizations/assumerole.py)."""


def folder() -> Path:
    """Where the AWS CLI keeps them, one file for each role and its settings (botocore names the files)."""
    return Path.home() / ".aws" / "cli" / "cache"


def keep_credentials(session: Any, ask: Callable[[str], str]) -> None:
    """Give a botocore session the AWS CLI's cache of assumed roles. Raises ProfileNotFound.

    `ask` gets the code of an MFA device where the cache does not suffice. The files can be read by their
    owner only; botocore makes them so.
    """
    from botocore.utils import JSONFileCache

    chain = session.get_component("credential_provider")
    for name in CACHED:
        chain.get_provider(name).cache = JSONFileCache(str(folder()))
    # no public way leads to it: botocore makes the provider, and asks at /dev/tty or on stdin
    chain.get_provider(CACHED[0])._prompter = ask  # noqa: SLF001


def asks_for_code(session: Any, profile: str | None) -> bool:
    """Whether the credentials of a profile, or of one that it builds on, need the code of an MFA device."""
    profiles = session.full_config.get("profiles", {})
    name, seen = profile or "default", set[str]()
    while name in profiles and name not in seen:
        seen.add(name)
        if "mfa_serial" in profiles[name]:
            return True
        name = profiles[name].get("source_profile", "")
    return False


def ask_code(prompt: str) -> str:
    """The code of an MFA device. The prompt goes to stderr: stdout may be a document.

    Without a terminal it is read from stdin, as the AWS CLI does. Raises NotConnected when nothing comes.
    """
    if _has_terminal():
        return getpass.getpass(prompt, stream=sys.stderr)
    sys.stderr.write(prompt)
    sys.stderr.flush()
    if code := sys.stdin.readline().strip():
        return code
    sys.stderr.write("\n")
    return ask_nobody(prompt)


def ask_nobody(_prompt: str) -> str:
    """Raise NotConnected: there is nobody to ask, or a shell completes a line, whose keys are not ours."""
    raise NotConnected(
        "the profile needs a code of its MFA device, and there is no terminal to ask for it",
        hint="run one command in a terminal first: the session is kept for later ones",
    )


def _has_terminal() -> bool:
    """Whether getpass finds a terminal; without one it warns, and asks on stdin."""
    if sys.platform == "win32":
        return sys.stdin.isatty()
    try:
        with Path("/dev/tty").open("rb"):
            return True
    except OSError:
        return False
