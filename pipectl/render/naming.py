"""Commands that a text mentions, completed by the pipeline where the user had to name it."""

import re

ABOUT_PIPELINE = re.compile(r"`(pipectl (?!create|plan|--)[a-z-]+)([^`]*)`")


def naming(text: str, pipeline: str | None) -> str:
    """The text with `-p NAME` in every command that it mentions, when the user had to name the pipeline."""
    return text if pipeline is None else ABOUT_PIPELINE.sub(rf"`\1\2 -p {pipeline}`", text)
