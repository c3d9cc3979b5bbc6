"""It has come through: it is live, or it was, until a rollback or something newer took its place."""

from collections.abc import Sequence

from pipectl.runs.values import Execution
from pipectl.runs.why.answers import Answer, Commit, Live, Replaced, RolledBack, Skipped
from pipectl.runs.why.commits import contains
from pipectl.runs.why.sight import Sight, commit_of, revision_of


def is_live(sight: Sight, found: Sequence[Execution]) -> bool:
    """Whether one of the executions is what is live in the stage that counts."""
    identity = sight.live_in.get(sight.final)
    return any(each.id == identity for each in found)


def no_more(sight: Sight, execution: Execution) -> Answer:
    """What took the place of an execution that succeeded."""
    identity = sight.live_in.get(sight.final)
    current = sight.execution(identity) if identity else execution
    newer = sight.newer(execution)
    if current not in newer:
        return _skipped(sight, execution)
    rollbacks = [each for each in newer if each.type == "ROLLBACK" and each.rollback_target != execution.id]
    if current.type == "ROLLBACK" and current in rollbacks:
        return RolledBack(sight.final, current, commit_of(current))
    return Replaced(current, None)


def _skipped(sight: Sight, execution: Execution) -> Skipped:
    """Nothing came after it, so it never came into the stage (User guide, stage conditions, SKIP)."""
    stage = sight.stage(sight.final)
    told = [each.summary for each in stage.conditions if each.summary and stage.execution == execution.id]
    return Skipped(sight.final, told[0] if told else None)


def included(sight: Sight, commit: Commit, source: str, found: Sequence[Execution]) -> Live | None:
    """Whether what is live is newer than all executions of a source's commit, and contains it."""
    identity = sight.live_in.get(sight.final)
    current = sight.execution(identity) if identity else None
    if current is None or current not in sight.newer(found[0]):
        return None
    live = revision_of(current, source)
    if live and live.id != commit.id and contains(sight, source, live.id, commit.id):
        return Live(part_of=live)
    return None
