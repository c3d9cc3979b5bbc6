"""SimulatePrincipalPolicy, which moto lacks: what the policies of a user or a role allow."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from pipectl.local.permissions import decision, principals
from pipectl.local.wire import Answer, Refused

if TYPE_CHECKING:
    from pipectl.local.world import World

_ANSWER = """<SimulatePrincipalPolicyResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">
<SimulatePrincipalPolicyResult><IsTruncated>false</IsTruncated><EvaluationResults>{results}</EvaluationResults>
</SimulatePrincipalPolicyResult><ResponseMetadata><RequestId>{request}</RequestId></ResponseMetadata>
</SimulatePrincipalPolicyResponse>"""

_RESULT = """<member><EvalActionName>{action}</EvalActionName><EvalResourceName>{resource}</EvalResourceName>
<EvalDecision>{decision}</EvalDecision><MatchedStatements/><MissingContextValues/></member>"""


def answer(world: World, backend: Any, request: dict[str, Any]) -> Answer:
    """One result for each action on each resource (API reference, SimulatePrincipalPolicy).

    Resource policies are not looked at ("you must include the policy as a string"), and further
    PolicyInputList documents are not either (a limit).
    """
    principal = _principal(world, backend, request["PolicySourceArn"])
    context = [
        (entry["ContextKeyName"], value)
        for entry in request.get("ContextEntries") or []
        for value in entry.get("ContextKeyValues") or []
    ]
    results = [
        _RESULT.format(
            action=escape(action),
            resource=escape(resource),
            decision=decision.simulated(world, principal, action, resource, context),
        )
        for action in request["ActionNames"]
        for resource in request.get("ResourceArns") or ["*"]
    ]
    text = _ANSWER.format(results="".join(results), request=uuid.uuid4())
    return Answer(200, {"Content-Type": "text/xml"}, text.encode())


def _principal(world: World, backend: Any, arn: str) -> principals.Principal:
    role = principals.role_session(world, arn, "simulated")
    if role is not None:
        return role
    for user in backend.users.values():
        if user.arn == arn:
            return principals.user_principal(backend, user)
    raise Refused("NoSuchEntity", f"The entity {arn} cannot be found.")
