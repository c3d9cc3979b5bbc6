"""Temporary credentials, kept as the AWS CLI keeps them: an MFA code is asked for once and not always."""

import getpass
import sys
import warnings
from pathlib import Path
from typing import Any

from pipectl.errors import NotConnected

CACHED = ("assume-role", "assume-role-with-web-identity")
"""Providers whose credentials the AWS CLI keeps (awscli/customizations/assumerole.py)."""


def folder() -> Path:
    """Where the AWS CLI keeps them, one file for each role and its settings (botocore names the files)."""
    return Path.home() / ".aws" / "cli" / "cache"


def keep_credentials(session: Any) -> None:
    """Give a botocore session the AWS CLI's cache of assumed roles. Raises ProfileNotFound.

    The files can be read by their owner only; botocore makes them so.
    """
    from botocore.utils import JSONFileCache

    chain = session.get_component("credential_provider")
    for name in CACHED:
        chain.get_provider(name).cache = JSONFileCache(str(folder()))
    # no public way leads to it: botocore makes the provider, and asks at /dev/tty or on stdin
    chain.get_provider(CACHED[0])._prompter = ask_code  # noqa: SLF001


def ask_code(prompt: str) -> str:
    """The code of an MFA device. The prompt goes to stderr: stdout may be a document.

    Without a terminal it is read from stdin, as the AWS CLI does. Raises NotConnected when nothing comes.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", getpass.GetPassWarning)  # nobody looks on where there is no terminal
        try:
            return getpass.getpass(prompt, stream=sys.stderr)
        except EOFError:
            raise NotConnected(
                "the profile needs a code of its MFA device, and there is no terminal to ask for it",
                hint="run one command in a terminal first: the session is kept for later ones",
            ) from None
