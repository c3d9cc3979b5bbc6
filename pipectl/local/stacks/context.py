"""In which local AWS a stack is being made, and the calls of its own services that its resources need."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore import xform_name

from pipectl.local import model, validation
from pipectl.local.wire import Caller, Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipectl.local.world import World


@dataclass
class Context:
    """One operation on stacks; `replaced` are the deletions that wait for its end"""

    world: World
    replaced: list[Callable[[], None]] = field(default_factory=list)

    def clean_up(self) -> None:
        """Delete what was replaced; what cannot be deleted stays, as in CloudFormation"""
        for delete in self.replaced:
            _tried(delete)


def _tried(delete: Callable[[], None]) -> None:
    from moto.cloudformation.exceptions import ValidationError

    try:
        delete()
    except ValidationError:
        return


current: ContextVar[Context] = ContextVar("stack")


def call(account: str, region: str, operation: str, request: dict[str, Any]) -> dict[str, Any]:
    """Call an operation of the local ECS for a stack; its refusal becomes CloudFormation's

    The sentence is that of CloudFormation's resource handlers (as aws/aws-cdk#15366 quotes it). Unlike on AWS
    the call on the stack is refused, and the stack is not rolled back.
    """
    world = current.get().world
    ecs = world.service("ecs", account, region)
    described = model.operation_model("ecs", operation)
    shape = described.input_shape if described else None
    try:
        ecs.settle()
        accepted = validation.accept(shape, request, "InvalidParameterException")
        caller = Caller(account, region, f"arn:{world.partition(region)}:iam::{account}:root")
        answer: dict[str, Any] = getattr(ecs, xform_name(operation))(accepted, caller) or {}
    except Refused as refused:
        words = f"{refused.message} (Service: AmazonECS; Status Code: 400; Error Code: {refused.code})"
        raise failed(words) from None
    return answer


def failed(words: str) -> Exception:
    """The error of a resource that could not be made, changed or deleted, as moto's stacks know errors"""
    from moto.cloudformation.exceptions import ValidationError

    return ValidationError(message=f'Resource handler returned message: "{words}"')
