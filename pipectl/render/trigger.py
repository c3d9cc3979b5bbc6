"""Who or what started an execution, in a few words."""

from collections.abc import Callable

from pipectl.render.plan import person
from pipectl.render.status import short
from pipectl.render.text import plain
from pipectl.runs.values import Execution


def trigger_text(execution: Execution) -> str:
    """`started by ann`, `rule FriendReminders-Source`, `rolled back by ann to 3f9c2a1e`."""
    told = _WORDS.get(execution.trigger or "")
    return told(execution) if told else plain(execution.trigger or "")


def _by(word: str) -> Callable[[Execution], str]:
    """Somebody did it: the detail is the caller's ARN."""

    def tell(execution: Execution) -> str:
        return f"{word} by {person(execution.trigger_detail)}" if execution.trigger_detail else word

    return tell


def _of(word: str) -> Callable[[Execution], str]:
    """Something did it: the detail is its name or ARN."""

    def tell(execution: Execution) -> str:
        return f"{word} {person(execution.trigger_detail)}" if execution.trigger_detail else word

    return tell


def _rollback(execution: Execution) -> str:
    to = f" to {short(execution.rollback_target)}" if execution.rollback_target else ""
    if execution.trigger == "AutomatedRollback":
        return f"rolled back by itself{to}"
    return f"{_by('rolled back')(execution)}{to}"


_WORDS: dict[str, Callable[[Execution], str]] = {
    "CreatePipeline": _by("created"),
    "StartPipelineExecution": _by("started"),
    "CloudWatchEvent": _of("rule"),
    "PollForSourceChanges": _of("polling"),
    "Webhook": _of("webhook"),
    "WebhookV2": lambda _: "push, by the connection",
    "PutActionRevision": _of("revision put to"),
    "ManualRollback": _rollback,
    "AutomatedRollback": _rollback,
}
"""By AWS' trigger types (docs/aws/codepipeline.md, 3.11)."""
