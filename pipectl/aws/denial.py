"""Which permission a refusal of AWS names, on what, and whose it is."""

import re
from dataclasses import dataclass

_SENTENCE = re.compile(
    r"(?:User: (?P<user>\S+) )?is not authorized to perform:? (?P<permission>[\w-]+:\w+)"
    r"(?: on resource: \"?(?P<resource>[^\s\"]+)\"?)?"
)
_ROLE = re.compile(r":assumed-role/(?P<role>[^/]+)/")
_END = ".,;)"


@dataclass(frozen=True)
class Denial:
    """A permission that somebody lacks; `role` is the name of the role that lacks it, if AWS names one."""

    permission: str
    resource: str | None = None
    role: str | None = None


def denial_in(text: str) -> Denial | None:
    """The first denial that a text tells (IAM User Guide, "Troubleshoot access denied error messages")."""
    found = _SENTENCE.search(text)
    if not found:
        return None
    role = _ROLE.search(found["user"] or "")
    resource = found["resource"].rstrip(_END) if found["resource"] else None
    return Denial(found["permission"], resource, role["role"] if role else None)
