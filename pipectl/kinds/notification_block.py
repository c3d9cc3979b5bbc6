"""The grammar of a pipeline's notifications and of topics, as the file writes it."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from pipectl.facts.notifications import EVENT_TYPES, PIPELINE_WORDS
from pipectl.spec.block import Block, Key, Part

OF_PIPELINES = tuple(event.id for event in EVENT_TYPES.values() if event.resource == "Pipeline")
WORDS = (*PIPELINE_WORDS, *OF_PIPELINES)
"""What `events` may name: the words, and the ids of AWS."""

Event = Annotated[str, Field(json_schema_extra={"enum": list(WORDS)})]
Email = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=320)]


def _listed(value: Any) -> Any:
    """One event or target may stand without the brackets of a list."""
    return [value] if isinstance(value, str) else value


class Notification(Part):
    """A notification rule of the pipeline: which events are sent where."""

    events: Annotated[list[Event], BeforeValidator(_listed, json_schema_input_type=Event | list[Event])] = (
        Field(
            min_length=1,
            description="as `failed`, `succeeded`, `approval_needed`; or ids of AWS's event types",
        )
    )
    to: Annotated[list[str], BeforeValidator(_listed, json_schema_input_type=str | list[str])] = Field(
        min_length=1,
        max_length=10,
        description="topics by name or ARN, or chat channel configurations by ARN; one or up to ten",
    )
    detail: Literal["full", "basic"] = Field(
        "full", description="basic: the event alone; full: with what AWS knows beside it"
    )
    enabled: bool = Field(default=True, description="false: nothing is sent")
    tags: dict[str, str] = Field(default_factory=dict, description="tags of the rule, beside the stack's")
    name: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9_ -]{1,64}$",
        description="of the rule in AWS; `{pipeline}-{key}` when it is not stated",
    )


class SnsTopic(Block):
    """An SNS topic that notifications are sent to; its policy lets them in."""

    subscribe: list[Email] = Field(
        default_factory=list, description="e-mail addresses; each has to confirm the mail that AWS sends it"
    )
    kms_key: Key | None = Field(
        None, description="the customer key that encrypts it; its policy must let the service use it"
    )
