"""The framework of the services that moto lacks: one class per service, one method per operation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from botocore import xform_name

from pipectl.local import answers, model, rest, validation
from pipectl.local.wire import Answer, Caller, Refused, Request, json_answer

if TYPE_CHECKING:
    from pipectl.local.world import World

__all__ = ["Caller", "Refused", "Service"]


class Service:
    """One AWS service of one account and Region, spoken over JSON 1.1 or REST JSON.

    A public method named like the operation in snake case answers it: it gets the request, already checked
    against the service model, and the caller, and returns the answer in the wire's member names.
    """

    model_name: ClassVar[str]
    validation_code: ClassVar[str] = "ValidationException"
    shows_values: ClassVar[bool] = True  # whether refusals of the model repeat the wrong value

    def __init__(self, world: World, account: str, region: str) -> None:
        self.world = world
        self.account = account
        self.region = region
        self.partition = world.partition(region)

    def arn(self, resource: str) -> str:
        """Name a resource of this service, account and Region"""
        return f"arn:{self.partition}:{self.model_name}:{self.region}:{self.account}:{resource}"

    def answer(self, request: Request, caller: Caller) -> Answer:
        """Check a call, let the operation's method answer it, and encode what it says"""
        operation = model.operation_model(self.model_name, request.operation)
        method = getattr(self, xform_name(request.operation), None) if operation else None
        if operation is None or method is None:
            raise unknown_operation(self.model_name, request.operation)
        is_rest = model.protocol(self.model_name) == "rest-json"
        received = rest.members(request, operation) if is_rest else request.json()
        accepted = validation.accept(
            operation.input_shape, received, self.validation_code, shows_values=self.shows_values
        )
        with self.world.lock:
            said: dict[str, Any] = method(accepted, caller) or {}
            if self.world.checks_answers:
                answers.check(operation.output_shape, said)
            return json_answer(answers.encode(said))


def unknown_operation(service: str, operation: str, *, needs: str | None = None) -> Refused:
    """Refuse an operation so that SDKs do not try it again and people see which one it was.

    `needs` names a Python module that moto imports for it and that is not installed with the extra `local`.
    """
    reason = f": the Python module `{needs}` is not installed" if needs else ""
    return Refused(
        "UnknownOperationException",
        f"The local AWS does not answer {service}:{operation or '?'}{reason}",
        400,
    )
