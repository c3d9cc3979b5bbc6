"""How a stack goes, as a screen: what is deleted, what only loses its tags, what stays and why."""

from collections.abc import Sequence

from pipectl.engine.removal import NOT_DELETED
from pipectl.engine.values import Action, Plan, Step
from pipectl.render.differences import INDENT
from pipectl.render.marks import Look, Mark
from pipectl.render.plan import step_line
from pipectl.render.text import counted, paragraph

_MARKS = {Action.DELETE: Mark.DELETE, Action.RELEASE: Mark.CHANGE, Action.KEEP: Mark.KEPT}
_WORDS = {
    Action.DELETE: "{number} to delete",
    Action.RELEASE: "{number} to release",
    Action.KEEP: "{number} stays",
}


def removal_text(plan: Plan, look: Look) -> str:
    """The whole of one stack, in the order in which it goes, with its summary line."""
    headline = look.dot.join([look.bold(plan.stack), plan.account, plan.region])
    body = "\n".join(_step_text(step, look) for step in there(plan))
    return f"{headline}\n\n{body}\n\n{_summary(plan)}"


def there(plan: Plan) -> list[Step]:
    """The steps about things that are there."""
    return [step for step in plan.steps if step.before is not None]


def nothing_left(plans: Sequence[Plan], reads: int, writes: int) -> str:
    """What is said when nothing is to be removed."""
    sent = f"{counted(reads + writes, 'call')}, {counted(writes, 'write')}"
    told = [f"nothing of {plan.stack} is to be removed" for plan in plans]
    return f"{told[0]}: {sent}" if len(told) == 1 else "\n".join([*told, sent])


def _summary(plan: Plan) -> str:
    counts = {action: sum(step.action is action for step in there(plan)) for action in _WORDS}
    told = [_WORDS[action].format(number=number) for action, number in counts.items() if number]
    return ", ".join(told).replace("stays", "stay" if counts[Action.KEEP] > 1 else "stays")


def _step_text(step: Step, look: Look) -> str:
    parts = [step_line(step, _MARKS[step.action], look, look.width)]
    if step.action is Action.RELEASE:
        named = f"{step.resource.kind.replace(' ', '-')}/{step.resource.name}"
        option = f"`--delete-adopted {named}` deletes it"
        said = "it was there before the stack: it loses our tags and stays"
        is_wished = any(remark.text.startswith(NOT_DELETED) for remark in step.remarks)
        said += "" if is_wished else f"; {option}"
        parts.append(paragraph(said, look.width, INDENT))
    parts += [paragraph(remark.text, look.width, INDENT) for remark in step.remarks]
    return "\n".join(parts)
