"""Commands that a text mentions, completed by the pipeline where the user had to name it."""

import re

ABOUT_PIPELINE = (
    "status", "history", "logs", "why", "enable-transition", "disable-transition",
    "start", "stop", "retry", "rollback", "approve", "reject", "override", "doctor",
)  # fmt: skip
"""The commands that take `-p`."""
_MENTIONED = re.compile(rf"`(pipectl (?:{'|'.join(ABOUT_PIPELINE)})(?: [^`]*)?)`")


def naming(text: str, pipeline: str | None) -> str:
    """The text with `-p NAME` in every command that it mentions, when the user had to name the pipeline."""
    return text if pipeline is None else _MENTIONED.sub(lambda found: f"`{found[1]} -p {pipeline}`", text)
