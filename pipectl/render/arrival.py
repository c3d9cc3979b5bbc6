"""What `import` says beside the spec: what was read, what the spec does not say, what `create` would do."""

from collections.abc import Iterator, Sequence

from pipectl.command import pipectl
from pipectl.engine.values import ADOPTED_TAG, OWNER_TAG, Action, Plan, Step
from pipectl.render.marks import Look
from pipectl.render.secrets import masked
from pipectl.render.text import counted, cut, pad, paragraph, plain

INDENT = 2


KIND = 22
"""Cells for the kind of a thing."""


def arrival_text(
    read: Sequence[tuple[str, str]],
    lost: Sequence[str],
    plan: Plan | None,
    look: Look,
    file: str | None = None,
) -> str:
    """All of it, a paragraph each. `file` is where the spec was written."""
    room = look.width - INDENT - KIND
    lines = [f"{' ' * INDENT}{pad(kind, KIND)}{cut(plain(name), look.limit(room))}" for kind, name in read]
    parts = ["\n".join(["read:", *lines])]
    if lost:
        parts.append("not in the spec:\n" + "\n".join(paragraph(each, look.width, INDENT) for each in lost))
    if plan is not None:
        parts.append(
            "\n".join(paragraph(each.lstrip(), look.width, _indent(each)) for each in outlook(plan, file))
        )
    return "\n\n".join(parts)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def outlook(plan: Plan, file: str | None = None) -> list[str]:
    """What `create` does with the spec: nothing, tags only, or more, which is listed."""
    create = pipectl("create", spec=file)
    if plan.obstacles:
        said = (step.obstacle.message for step in plan.obstacles if step.obstacle)
        return [f"{create} writes nothing while this is in the way:", *(f"  {each}" for each in said)]
    changes = [f"  {each}" for each in changes_of(plan)]
    if plan.adoptions:
        tags = f"the tags {OWNER_TAG} and {ADOPTED_TAG}"
        end = "and changes more:" if changes else "and changes nothing else"
        adopted = counted(len(plan.adoptions), "resource")
        return [f"{pipectl('create', '--adopt', spec=file)} adds {tags} to {adopted} {end}", *changes]
    if plan.pending:
        return [f"{create} changes:", *changes]
    return [f"{create} changes nothing: {counted(len(plan.steps), 'resource')} as the spec says"]


def changes_of(plan: Plan) -> Iterator[str]:
    """Everything that a plan changes beyond our tags, and all that is in its way."""
    for step in plan.steps:
        name = f"{step.resource.kind} {step.resource.name}"
        if step.obstacle:
            yield f"{name}: {step.obstacle.message}"
        elif step.action is Action.CREATE:
            yield f"{name} would be made"
        else:
            yield from (f"{name}: {each}" for each in _differences(step))


def _differences(step: Step) -> Iterator[str]:
    ours = (f"tags.{OWNER_TAG}", f"tags.{ADOPTED_TAG}")
    for each in step.differences if step.action is not Action.KEEP else ():
        if each.path not in ours:
            before, after = masked(each.path, each.before), masked(each.path, each.after)
            yield f"{each.path} {before} -> {after}"
