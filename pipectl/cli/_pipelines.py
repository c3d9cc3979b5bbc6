"""Which pipeline a command is about: `-p NAME`, else the spec's, else the account's only one."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from pipectl.errors import WrongUsage
from pipectl.spec.problems import choices, few

if TYPE_CHECKING:
    from pipectl.aws.cloud import Cloud
    from pipectl.runs.declared import Declaration
    from pipectl.spec.outline import Outline
    from pipectl.spec.spec import Spec


class HasPipelines(Protocol):
    """A spec or its outline."""

    @property
    def file(self) -> str:
        """The file, as the user named it."""

    @property
    def pipelines(self) -> Mapping[str, Any]:
        """The pipelines by their names."""


S = TypeVar("S", bound=HasPipelines)


def of_spec(spec: HasPipelines, pipeline: str | None = None) -> Mapping[str, Any]:
    """The pipelines of a spec as their blocks; only the named one, when one is named."""
    return {name: block for name, block in spec.pipelines.items() if pipeline in (None, name)}


def spec_of(specs: Sequence[S], pipeline: str | None, *, named: bool) -> S | None:
    """The spec that describes the pipeline. A named spec must; one that only lies here may be another's."""
    if pipeline is None:
        return specs[0] if specs else None
    found = [spec for spec in specs if of_spec(spec, pipeline)]
    if not found and specs and named:
        names = [name for spec in specs for name in of_spec(spec)]
        raise WrongUsage(
            f"no pipeline `{pipeline}` in {', '.join(spec.file for spec in specs)}",
            hint=choices(pipeline, names, "there is") if names else None,
        )
    return found[0] if found else None


def declarations(spec: "Spec", region: str) -> "dict[str, Declaration | None]":
    """What the spec says of its pipelines, in AWS' shape.

    Only names are read from it, so no account is asked. A pipeline that the spec only uses says nothing.
    """
    from pipectl.aws.account import Account
    from pipectl.kinds.declaration import declaration

    nobody = Account(id="000000000000", region=region)
    return {
        name: declaration(spec, nobody, name) if block.managed else None
        for name, block in spec.pipelines.items()
    }


def outlined(spec: "Outline", pipeline: str | None = None) -> "dict[str, Declaration | None]":
    """The pipelines of a spec as far as its outline tells; None where AWS has to be asked."""
    from pipectl.kinds.outlined import declaration

    return {name: declaration(spec, name) for name in of_spec(spec, pipeline)}


def one(specs: Sequence[HasPipelines], pipeline: str | None, cloud: "Cloud") -> str:
    """The one pipeline to act on. Specs without a pipeline mean none, and not the account's only one."""
    from pipectl.runs.pipelines import only_pipeline

    if pipeline:
        return pipeline
    names = [name for spec in specs for name in of_spec(spec)]
    if len(names) == 1:
        return names[0]
    if names:
        raise WrongUsage(f"the spec has {len(names)} pipelines: {few(names)}", hint="name one with `-p NAME`")
    if specs:
        files = ", ".join(spec.file for spec in specs)
        raise WrongUsage(f"{files} has no pipeline", hint="name one with `-p NAME --no-spec`")
    return only_pipeline(cloud)
