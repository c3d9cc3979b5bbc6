"""Which events a webhook lets start builds (API reference, WebhookFilter)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pipectl.local.codebuild import project_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipectl.local.codebuild.webhook_events import Event

EVENTS = (
    "PUSH",
    "PULL_REQUEST_CREATED",
    "PULL_REQUEST_UPDATED",
    "PULL_REQUEST_CLOSED",
    "PULL_REQUEST_REOPENED",
    "PULL_REQUEST_MERGED",
    "RELEASED",
    "PRERELEASED",
    "WORKFLOW_JOB_QUEUED",
)
_UNFILTERED = ("PUSH", "PULL_REQUEST_CREATED", "PULL_REQUEST_UPDATED", "PULL_REQUEST_REOPENED")
"""Without filter groups; that a merged or closed pull request starts nothing then is inferred."""

_VALUES: dict[str, Callable[[Event], Sequence[str]]] = {
    "BASE_REF": lambda event: [event.base_ref] if event.base_ref else [],
    "HEAD_REF": lambda event: [event.head_ref],
    "ACTOR_ACCOUNT_ID": lambda event: [event.actor],
    "FILE_PATH": lambda event: event.files,
    "COMMIT_MESSAGE": lambda event: [event.message],
    "TAG_NAME": lambda event: [event.tag] if event.tag else [],
    "RELEASE_NAME": lambda event: [event.release] if event.release else [],
    "REPOSITORY_NAME": lambda event: [event.repository],
}


def check(groups: list[list[dict[str, Any]]]) -> None:
    """Refuse groups that CodeBuild does not take; the sentences are inferred"""
    for group in groups:
        kinds = [entry["type"] for entry in group]
        if kinds.count("EVENT") != 1:  # API reference, CreateWebhook, filterGroups
            raise project_rules.invalid("Each filter group must contain one filter of type EVENT")
        for entry in group:
            _check_filter(entry, kinds)


def _check_filter(entry: dict[str, Any], kinds: list[str]) -> None:
    if entry["type"] == "EVENT":
        unknown = [event for event in events(entry) if event not in EVENTS]
        if unknown or not events(entry):
            raise project_rules.invalid(f"Invalid webhook event: {', '.join(unknown) or entry['pattern']}")
        if "BASE_REF" in kinds and "PUSH" in events(entry):
            # User guide: "A BASE_REF filter can be used with pull request events only"
            raise project_rules.invalid("BASE_REF filters can only be used with pull request events")
        return
    try:
        re.compile(entry["pattern"])
    except re.error:
        raise project_rules.invalid(
            f"Invalid regular expression in a {entry['type']} filter: {entry['pattern']}"
        ) from None


def events(entry: dict[str, Any]) -> list[str]:
    """The events of an EVENT filter, which are separated by commas"""
    return [event.strip() for event in entry["pattern"].split(",") if event.strip()]


def passes(webhook: dict[str, Any], event: Event) -> bool:
    """Whether an event starts a build: by all filters of one group, or by the branch"""
    groups = webhook.get("filterGroups")
    if groups:
        return any(all(_matches(entry, event) for entry in group) for group in groups)
    if event.kind not in _UNFILTERED:
        return False
    branch = webhook.get("branchFilter")
    return not branch or re.search(branch, event.head_ref.removeprefix("refs/heads/")) is not None


def _matches(entry: dict[str, Any], event: Event) -> bool:
    """`excludeMatchedPattern`: an event that does not match the pattern starts a build"""
    if entry["type"] == "EVENT":
        found = event.kind in events(entry)
    else:
        values = _VALUES[entry["type"]](event) if entry["type"] in _VALUES else ()
        found = any(re.search(entry["pattern"], value) for value in values)
    return found != bool(entry.get("excludeMatchedPattern"))
