"""SimulatePrincipalPolicy, which moto lacks: what the policies of a user or a role allow."""

from __future__ import annotations

import uuid
from typing import Any
from xml.sax.saxutils import escape

from pipectl.local import permissions
from pipectl.local.wire import Answer, Refused

_ANSWER = """<SimulatePrincipalPolicyResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">
<SimulatePrincipalPolicyResult><IsTruncated>false</IsTruncated><EvaluationResults>{results}</EvaluationResults>
</SimulatePrincipalPolicyResult><ResponseMetadata><RequestId>{request}</RequestId></ResponseMetadata>
</SimulatePrincipalPolicyResponse>"""

_RESULT = """<member><EvalActionName>{action}</EvalActionName><EvalResourceName>{resource}</EvalResourceName>
<EvalDecision>{decision}</EvalDecision><MatchedStatements/><MissingContextValues/></member>"""


def answer(backend: Any, asked: dict[str, Any]) -> Answer:
    """One result for each action on each resource (API reference, SimulatePrincipalPolicy).

    Conditions are taken as met, boundaries and further PolicyInputList documents are not looked at (limits).
    """
    holders = _holders(backend, asked["PolicySourceArn"])
    results = [
        _RESULT.format(
            action=escape(action),
            resource=escape(resource),
            decision=permissions.decision(holders, action, resource),
        )
        for action in asked["ActionNames"]
        for resource in asked.get("ResourceArns") or ["*"]
    ]
    text = _ANSWER.format(results="".join(results), request=uuid.uuid4())
    return Answer(200, {"Content-Type": "text/xml"}, text.encode())


def _holders(backend: Any, arn: str) -> list[Any]:
    for role in backend.roles.values():
        if role.arn == arn:
            return [role]
    for user in backend.users.values():
        if user.arn == arn:
            groups = [group for group in backend.groups.values() if user in group.users]
            return [user, *groups]
    raise Refused("NoSuchEntity", f"The entity {arn} cannot be found.")
