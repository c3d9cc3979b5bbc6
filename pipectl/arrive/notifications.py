"""Notification rules of pipelines and the topics that they send to, as the spec writes them."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pipectl.arrive.looking import Look, filled, own_tags, owner
from pipectl.engine.values import State
from pipectl.errors import AccessDenied
from pipectl.facts.notifications import PIPELINE_WORDS, target_type
from pipectl.kinds import names, notification, topic

WORDS = {event: word for word, event in PIPELINE_WORDS.items()}
TOPIC_WORDS: State = {"tags": {}, "subscribers": {}}
KEYLESS = re.compile(r"[^a-z0-9]+")


def found(look: Look, pipeline: str) -> list[State]:
    """The notification rules of a pipeline; none where they must not be read, which is told."""
    try:
        rules = notification.of_pipeline(look.cloud, pipeline)
    except AccessDenied as error:
        look.deny(f"notifications of pipeline {pipeline}", error)
        return []
    for rule in rules:
        look.saw(notification.NAME, str(rule["name"]))
    return rules


def blocks(look: Look, pipeline: str, rules: Iterable[State], stack: str) -> dict[str, Any]:
    """The rules in the grammar, each under a key; what it cannot say is told, and stays as it is."""
    said: dict[str, Any] = {}
    for rule in rules:
        name = str(rule["name"])
        if owner(rule) not in (None, stack):
            look.tell(f"notification rule {name} belongs to stack {owner(rule)} and stays as it is")
        elif not rule["to"] or any(target_type(address) is None for address in rule["to"]):
            look.tell(f"notification rule {name} stays as it is: the grammar has no word for its targets")
        else:
            key = _key(pipeline, name, said)
            said[key] = _block(look, rule) | filled(
                name=name if name != names.notification(pipeline, key) else None
            )
    return said


def _block(look: Look, rule: State) -> dict[str, Any]:
    return filled(
        events=_plain([WORDS.get(event, event) for event in rule["events"]]),
        to=_plain([_target(look, address) for address in rule["to"]]),
        detail="basic" if rule["detail"] == "basic" else None,
        enabled=None if rule["enabled"] else False,
        tags=own_tags(rule["tags"]),
    )


def _key(pipeline: str, name: str, taken: Mapping[str, Any]) -> str:
    """What stands behind the pipeline's name, else the name in small letters; a number where it is taken."""
    begin = names.notification(pipeline, "")
    plain = name.removeprefix(begin) if name.startswith(begin) and name != begin else name
    key = plain if plain != name else KEYLESS.sub("-", plain.lower()).strip("-") or "notifications"
    return next(each for each in (key, *(f"{key}-{number}" for number in range(2, 99))) if each not in taken)


def _plain(values: list[str]) -> list[str] | str:
    return values[0] if len(values) == 1 else values


def _target(look: Look, address: str) -> str:
    """A topic of the account by its name, anything else by its ARN."""
    own = look.account.arn("sns", "")
    return address.removeprefix(own) if address.startswith(own) else address


def topics(look: Look, rules: Iterable[State]) -> dict[str, State]:
    """The account's topics that the rules send to and whose policy pipectl has made: what is there of each.

    Any other topic is only named by its rules, and stays as it is.
    """
    own = look.account.arn("sns", "")
    addresses = dict.fromkeys(address for rule in rules for address in rule["to"] if address.startswith(own))
    found = {address: look.state(topic.KIND, address.removeprefix(own), TOPIC_WORDS) for address in addresses}
    return {
        address.removeprefix(own): state
        for address, state in found.items()
        if state is not None and topic.lets_in(state, address)
    }


def topic_block(look: Look, name: str, state: State) -> dict[str, Any]:
    """A topic in the grammar: its e-mail subscribers, its key and its display name."""
    subscribers = state.get("subscribers") or {}
    mails = sorted(address for address, protocol in subscribers.items() if protocol == topic.EMAIL)
    if others := sorted({protocol for protocol in subscribers.values() if protocol != topic.EMAIL}):
        look.tell(
            f"sns topic {name} keeps its subscriptions of {', '.join(others)}: the grammar has e-mail only"
        )
    display = state["aws"]["Attributes"].get("DisplayName")
    return filled(
        subscribe=mails,
        kms_key=state.get("kms_key"),
        tags=own_tags(state.get("tags")),
        aws={"Attributes": {"DisplayName": display}} if display else None,
    )
