"""What git knows of the clone that this folder is: a branch, a tag or HEAD as a commit."""

import os
import re
import subprocess

from pipectl.errors import WrongUsage

_EXACT = re.compile(r"(?:sha256:)?[0-9a-f]{4,64}|[0-9a-f]{8}-[0-9a-f-]*", re.IGNORECASE)
"""The beginning of a commit, of a digest, of an execution: nothing that git has to resolve."""
_OPAQUE = re.compile(r"(?!HEAD$)[\w.-]+")
"""What can be the version of an S3 object, which is any text that is safe in a URL (S3 user guide, "Version
IDs"), besides a name of git."""
PATIENCE_S = 10
_ALONE = {"GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0"}
"""Nothing is fetched and nobody is asked: a name that is not here is none (git(1), "Environment")."""


def revision(word: str) -> str:
    """The full commit where git knows the word as a name in the clone here; else the word as it is.

    Raises WrongUsage for what only git can mean, where git does not know it.
    """
    if _EXACT.fullmatch(word):
        return word
    commit = None if word.startswith("-") else _resolved(word)
    if commit is None and not _OPAQUE.fullmatch(word):
        raise WrongUsage(
            f"`{word}` is no branch, tag or commit of a clone in this folder",
            hint="type it in a clone of the pipeline's repository, or name the commit by its id",
        )
    return commit or word


def _resolved(word: str) -> str | None:
    command = ["git", "rev-parse", "--verify", "--quiet", "--end-of-options", f"{word}^{{commit}}"]
    try:
        answer = subprocess.run(  # noqa: S603  one word of the user, as one argument
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
            env={**os.environ, **_ALONE},
        )
    except (OSError, subprocess.TimeoutExpired):  # there is no git, or it hangs
        return None
    return answer.stdout.strip() if answer.returncode == 0 else None
