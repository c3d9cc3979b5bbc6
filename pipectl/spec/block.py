"""Block: what every model of the grammar shares. The models themselves stand in the kinds' own files."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError


class Part(BaseModel):
    """A mapping of the spec. Unknown keys are mistakes; values are frozen once they are loaded."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True, hide_input_in_errors=True)

    @property
    def stated(self) -> frozenset[str]:
        """The keys that the file writes, whatever their value."""
        return frozenset(self.model_fields_set)


class Block(Part):
    """One thing in AWS that a spec describes by its name."""

    managed: bool = Field(default=True, description="false: it must exist, pipectl only uses it")
    tags: dict[str, str] = Field(
        default_factory=dict, description="tags of this resource, beside the stack's"
    )
    aws: dict[str, Any] = Field(
        default_factory=dict,
        description="raw API parameters, merged last and checked against the service model",
    )


def _no_truth(value: Any) -> Any:
    """YAML reads `yes` and `on` as true, and pydantic reads true as 1."""
    if isinstance(value, bool):
        raise PydanticCustomError("int_type", "Input should be a valid integer")
    return value


Whole = Annotated[int, BeforeValidator(_no_truth)]
"""A whole number; a string of digits is taken too, since `${env:NAME}` gives strings."""

AccountId = Annotated[str, StringConstraints(pattern=r"^\d{12}$")]
RoleArn = Annotated[str, StringConstraints(pattern=r"^arn:aws(-\w+)*:iam::\d{12}:role/.+$")]
Arn = Annotated[str, StringConstraints(pattern=r"^arn:aws(-\w+)*:[a-z0-9-]+:[a-z0-9-]*:(\d{12}|aws)?:.+$")]
Key = Annotated[
    str,
    StringConstraints(
        pattern=r"^(arn:aws(-\w+)*:[a-z0-9-]+:.+|alias/.+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$"
    ),
]
"""A KMS key by its ARN, an alias of the account, or its id: CodePipeline and CodeBuild take all of them."""
Subnet = Annotated[str, StringConstraints(pattern=r"^subnet-[0-9a-f]{8}([0-9a-f]{9})?$")]
SecurityGroup = Annotated[str, StringConstraints(pattern=r"^sg-[0-9a-f]{8}([0-9a-f]{9})?$")]


Statements = list[dict[str, Any]]
"""Policy statements as IAM writes them."""


class MadeRole(Part):
    """A role that is made, with what is needed, and with statements of your own."""

    statements: Statements = Field(
        default_factory=list, description="more policy statements for the role, each with a Sid"
    )


def names_only(value: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """`name:` with nothing behind it means the same as `name: {}`."""
    return {} if value is None else value
