"""Calls of the API that are signed by a role's session or a user are decided before any service sees them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pipectl.local import model, rest
from pipectl.local.permissions import DeniedError, operations, principals, require
from pipectl.local.permissions.operations import Asked
from pipectl.local.service import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipectl.local.permissions.principals import Principal
    from pipectl.local.wire import Request
    from pipectl.local.world import World

_TASKS = "ecs-tasks.amazonaws.com"
_CODES = {
    "query": "AccessDenied",
    "rest-xml": "AccessDenied",
    "ec2": "UnauthorizedOperation",
}
_FORBIDDEN = 403


def admitted(world: World, request: Request) -> Request:
    """The call as its service is to answer it; what its caller may not do is refused in the service's words

    A call for another account's registry, which that account's policy allows, is answered by that account.
    """
    if (
        not request.service
        or not request.operation
        or request.access_key == world.access_key(request.account)
    ):
        return request
    with world.lock:
        if world.sessions.is_over(request.access_key):
            raise _expired(request.service)
        principal = principals.caller(world, request.account, request.region, request.access_key)
        if principal is None:
            return request
        if world.options.iam:
            _check(world, principal, request)
        return _to_registry(request)


def _check(world: World, principal: Principal, request: Request) -> None:
    try:
        for call in _asked(world, request):
            require(world, principal, call.action, call.resource, call.context)
    except DeniedError as denied:
        raise denial(request.service, str(denied)) from None


def _to_registry(request: Request) -> Request:
    registry = request.json().get("registryId") if request.service == "ecr" else None
    return replace(request, account=registry) if registry else request


def denial(service: str, message: str) -> Refused:
    """A refusal with the code that a service has for it (its API reference, "Common Errors")"""
    protocol = model.protocol(service)
    status = _FORBIDDEN if protocol in _CODES or protocol.startswith("rest") else 400
    code = "AuthorizationError" if service == "sns" else _CODES.get(protocol, "AccessDeniedException")
    return Refused(code, message, status)


def _expired(service: str) -> Refused:
    """The sentence that every service says of credentials whose time is over (public reports)"""
    message = "The security token included in the request is expired"
    if service == "s3":
        return Refused("ExpiredToken", "The provided token has expired.", 400)
    if model.protocol(service) == "query":
        return Refused("ExpiredToken", message, _FORBIDDEN)
    return Refused("ExpiredTokenException", message, 400)


def _asked(world: World, request: Request) -> Iterator[Asked]:
    parameters = _parameters(request)
    yield from operations.asked(world, request, parameters)
    if request.service == "ecs" and request.operation in operations.WITH_DEFINITION:
        named = parameters.get("taskDefinition")
        definition = _definition(world, request, str(named)) if named else {}
        for role in operations.task_roles(definition):
            yield Asked("iam:PassRole", role, (("iam:PassedToService", _TASKS),))


def _definition(world: World, request: Request, named: str) -> dict[str, Any]:
    """The task definition of a request; one that is not there passes no role"""
    try:
        found = world.service("ecs", request.account, request.region).usable_revision(named)
    except Refused:
        return {}
    definition: dict[str, Any] = found.definition
    return definition


def _parameters(request: Request) -> dict[str, Any]:
    """The members of a request as the service model names them; what cannot be read is empty"""
    protocol = model.protocol(request.service)
    if protocol == "rest-xml":
        return {}
    if protocol == "json":
        return request.json()
    operation = model.operation_model(request.service, request.operation)
    if operation is None:
        return {}
    if protocol in ("query", "ec2"):
        from pipectl.local.gaps.requests import parsed_query

        return parsed_query(request)
    try:
        return rest.members(request, operation)
    except Refused:
        return {}
