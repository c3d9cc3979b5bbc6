"""The rule types of stage conditions: what each asks for (user guide, rule structure reference)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class RuleKind:
    """A rule that a condition can hold; `optional=None` takes any further key."""

    provider: str
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    inputs: tuple[int, int] = (0, 0)

    def rule_type(self) -> dict[str, Any]:
        """The kind as ListRuleTypes shows it."""
        return {
            "id": {"category": "Rule", "owner": "AWS", "provider": self.provider, "version": "1"},
            "settings": {},
            "ruleConfigurationProperties": [
                {"name": key, "required": key in self.required, "key": True, "secret": False}
                for key in (*self.required, *self.optional)
            ],
            "inputArtifactDetails": {"minimumCount": self.inputs[0], "maximumCount": self.inputs[1]},
        }


RULE_KINDS = {
    kind.provider: kind
    for kind in (
        RuleKind("CloudWatchAlarm", ("AlarmName",), ("AlarmStates", "WaitTime")),
        RuleKind(
            "CodeBuild",
            ("ProjectName",),
            ("PrimarySource", "BatchEnabled", "CombineArtifacts", "EnvironmentVariables"),
            inputs=(0, 5),
        ),
        RuleKind("Commands", inputs=(0, 10)),
        RuleKind("DeploymentWindow", ("Cron",), ("TimeZone",)),
        RuleKind("LambdaInvoke", ("FunctionName",), ("UserParameters",), inputs=(0, 5)),
        RuleKind("VariableCheck", ("Variable", "Value", "Operator")),
    )
}
