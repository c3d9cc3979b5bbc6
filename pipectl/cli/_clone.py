"""What git knows of the clone that this folder is: a branch, a tag or HEAD as a commit."""

import re
import subprocess

_EXACT = re.compile(r"(?:sha256:)?[0-9a-f]{4,64}|[0-9a-f]{8}-[0-9a-f-]*", re.IGNORECASE)
"""The beginning of a commit, of a digest, of an execution: nothing that git has to resolve."""
PATIENCE_S = 10


def revision(word: str) -> str:
    """The full commit where git knows the word as a name in the clone here; else the word as it is."""
    if _EXACT.fullmatch(word) or word.startswith("-"):
        return word
    command = ["git", "rev-parse", "--verify", "--quiet", "--end-of-options", f"{word}^{{commit}}"]
    try:
        told = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)  # noqa: S603  one word of the user, as one argument
    except (OSError, subprocess.TimeoutExpired):  # there is no git, or it hangs
        return word
    return told.stdout.strip() if told.returncode == 0 else word
