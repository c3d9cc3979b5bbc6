"""What `destroy` and `create --prune` share: what goes, what stays, and the word that is asked for."""

import sys
from collections.abc import Callable, Iterable, Sequence
from functools import update_wrapper
from typing import TYPE_CHECKING, Any, TypeVar

import click

from pipectl.engine.values import Action
from pipectl.errors import Declined, Interrupted, Unchanged, WrongUsage
from pipectl.render.text import plain

if TYPE_CHECKING:
    from pipectl.engine.removal import Wishes
    from pipectl.engine.values import Plan

Function = TypeVar("Function", bound=Callable[..., Any])

CONTENTS = {
    "images": "Delete repositories of ECR with the images in them",
    "artifacts": "Delete the artifact bucket with all versions of what is in it",
    "code": "Delete repositories of CodeCommit with the code in them",
}
"""Option -> what it says. Without it, what holds something stays."""


def removal_options(function: Function) -> Function:
    """The options that say what goes and what stays, handed over as `wishes`."""

    def wrapper(*args: Any, keep: tuple[str, ...], delete_adopted: tuple[str, ...], **kwargs: Any) -> Any:
        from pipectl.engine.removal import Wishes

        contents = frozenset(option for option in CONTENTS if kwargs.pop(option))
        wishes = Wishes(contents, _keys("--keep", keep), _keys("--delete-adopted", delete_adopted))
        return function(*args, wishes=wishes, **kwargs)

    wrapped: Any = update_wrapper(wrapper, function)
    named: dict[str, Any] = {"multiple": True, "metavar": "KIND/NAME"}
    for option in (
        click.option(
            "--delete-adopted", help="Delete this too, though it was there before the stack", **named
        ),
        click.option("--keep", help="Leave this as it is, as in `ecr-repository/rails_app`", **named),
        *(click.option(f"--{name}", is_flag=True, help=text) for name, text in reversed(CONTENTS.items())),
    ):
        wrapped = option(wrapped)
    return wrapped  # type: ignore[no-any-return]  # the same function, called with other arguments


def _keys(option: str, words: Iterable[str]) -> frozenset[tuple[str, str]]:
    return frozenset(_key(option, word) for word in words)


def _key(option: str, word: str) -> tuple[str, str]:
    """`ecr-repository/rails_app` or `ecr repository/rails_app`; a name may have slashes itself."""
    from pipectl.kinds import KINDS
    from pipectl.spec.problems import did_you_mean

    kind, slash, name = word.partition("/")
    known = {each.name.replace(" ", "-"): each.name for each in KINDS}
    short = kind.replace(" ", "-").lower()
    if not slash or not name or short not in known:
        hint = did_you_mean(short, list(known)) or f"KIND is one of {', '.join(known)}"
        raise WrongUsage(f"`{option} {word}` is no KIND/NAME", hint=hint)
    return known[short], name


def refuse_without_prune(wishes: "Wishes", *, prune: bool) -> None:
    """Of `create`, only `--prune` removes anything."""
    if not prune and (wishes.contents or wishes.keep or wishes.adopted):
        options = ", ".join(f"`--{each}`" for each in (*CONTENTS, "keep", "delete-adopted"))
        raise WrongUsage("nothing is removed without `--prune`", hint=f"{options} say how it removes")


def refuse_unknown(plans: "Sequence[Plan]", wishes: "Wishes") -> None:
    """A name that nothing has is a slip of the hand, and here it would cost what it was to save."""
    from pipectl.spec.problems import choices

    known = {step.resource.key for plan in plans for step in plan.steps}
    for option, keys in (("--keep", wishes.keep), ("--delete-adopted", wishes.adopted)):
        for kind, name in sorted(keys - known):
            same = [other for each, other in sorted(known) if each == kind]
            hint = choices(name, same, "there is") if same else None
            raise WrongUsage(f"`{option}`: nothing of the stack is {kind} `{name}`", hint=hint)


def show(plans: "Sequence[Plan]") -> None:
    """What is deleted, what stays and why, on stdout."""
    from pipectl.cli._look import look_of
    from pipectl.render.removal import removal_text, there

    told = [plan for plan in plans if there(plan)]
    if told:
        click.echo("\n\n".join(removal_text(plan, look_of(sys.stdout)) for plan in told))


def ask(plans: "Sequence[Plan]", *, yes: bool) -> None:
    """Have each stack's name typed. Raises Declined without a terminal, Unchanged for another word."""
    pending = {plan.stack: plan.pending for plan in plans if plan.pending}
    if yes or not pending:
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise Declined(
            f"nothing was removed: {', '.join(pending)} would lose what is listed",
            hint="`--yes` says that it may",
        )
    for stack, steps in pending.items():
        deletes = any(step.action is Action.DELETE for step in steps)
        typed = _typed(stack, "remove this" if deletes else "take the tags off")
        if typed != stack:
            why = f": `{plain(typed)}` is not `{stack}`" if typed else ""
            raise Unchanged(f"nothing changed{why}")


def _typed(stack: str, purpose: str) -> str:
    """What is typed. Raises Interrupted at Ctrl-C and Ctrl-D."""
    try:
        typed = click.prompt(f"\nType `{stack}` to {purpose}", default="", show_default=False, err=True)
    except click.Abort:
        click.echo(err=True)
        raise Interrupted("nothing changed") from None
    return str(typed)
