"""Commits and executions in the words of `why`."""

from pipectl.render.plan import quoted
from pipectl.render.status import short
from pipectl.render.text import cut, plain, width
from pipectl.runs.values import Execution
from pipectl.runs.why.answers import Commit


def commit_text(commit: Commit, cells: int | None = None) -> str:
    """`4c1e9d0 "Remind friends twice"`, in at most so many cells: a long message loses its middle."""
    identity = plain(commit.id.removeprefix("sha256:")[:7])
    if not commit.message:
        return identity
    message = plain(commit.message)
    if cells is not None:
        message = cut(message, cells - width(identity) - len(' ""'))
    return f"{identity} {quoted(message)}"


def execution_text(execution: Execution) -> str:
    """`execution 7b1d03fe`."""
    return f"execution {short(execution.id)}"


def both(execution: Execution) -> str:
    """An execution with its commit, as far as it has one."""
    if execution.revision is None:
        return execution_text(execution)
    commit = Commit(execution.revision, execution.message)
    return f"{commit_text(commit)} ({execution_text(execution)})"
