"""Values with their texts said as CloudFormation says them: `Ref`, `GetAtt` or `Sub`."""

from collections.abc import Mapping
from typing import Any

from pipectl.export.cloudformation.values import Fn
from pipectl.export.wording import ACCOUNT, PARTITION, REGION, SUFFIX, Name, Parts, Wording

PSEUDO = {
    ACCOUNT: "AWS::AccountId",
    REGION: "AWS::Region",
    PARTITION: "AWS::Partition",
    SUFFIX: "AWS::URLSuffix",
}
"""User guide, "pseudo parameters"."""


def say(wording: Wording, value: Any) -> Any:
    """The value with all its texts said; functions stay, but for the text within an `If`."""
    if isinstance(value, Fn):
        return Fn("If", [*value.value[:2], say(wording, value.value[2])]) if value.name == "If" else value
    if isinstance(value, Mapping):
        return {key: say(wording, inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [say(wording, inner) for inner in value]
    return text(wording.parts(value)) if isinstance(value, str) else value


def text(parts: Parts) -> Any:
    """One text: as it is, when nothing in it is named."""
    if not any(isinstance(part, Name) for part in parts):
        return "".join(parts)
    if len(parts) == 1:
        name = PSEUDO.get(parts[0], parts[0])  # type: ignore[call-overload]  # a Name is a text
        return Fn("GetAtt" if "." in name else "Ref", str(name))
    return Fn("Sub", "".join(map(_in_sub, parts)))


def _in_sub(part: str) -> str:
    if isinstance(part, Name):
        return f"${{{PSEUDO.get(part, part)}}}"
    return part.replace("${", "${!")  # of another language, as the shell's (user guide, "Fn::Sub")
