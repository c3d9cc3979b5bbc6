"""The names of pipelines: which there are, and what to say of one that is not there."""

from pipectl.aws.cloud import Cloud, pages
from pipectl.command import first_step, pipectl
from pipectl.errors import NoPipeline, PipectlError
from pipectl.spec.problems import choices, few

NOT_THERE = ("PipelineNotFoundException",)
ELSEWHERE = "`--region` and `--profile` look elsewhere"


def only_pipeline(cloud: Cloud) -> str:
    """The name of the account's only pipeline in this Region."""
    names = pipeline_names(cloud)
    if len(names) == 1:
        return names[0]
    if not names:
        raise NoPipeline(
            f"there is no pipeline {_here(cloud)}",
            cloud.account.region,
            hint=f"{first_step()}; {ELSEWHERE}",
        )
    raise PipectlError(
        f"there are {len(names)} pipelines: {few(names)}",
        hint=f"name one with `-p NAME`; {pipectl('status', '--all')} shows all",
    )


def pipeline_names(cloud: Cloud) -> list[str]:
    """Every pipeline of the account in this Region."""
    return sorted(each["name"] for each in pages(cloud, "codepipeline", "list_pipelines", "pipelines"))


def no_such_pipeline(cloud: Cloud, name: str) -> NoPipeline:
    """The error for a name that AWS does not know, with the names that it knows."""
    names = pipeline_names(cloud)
    make = f"{pipectl('create')} makes a new one"
    hint = f"{choices(name, names, 'those there are:')}; {make}" if names else f"{make}; {ELSEWHERE}"
    message = f"there is no pipeline `{name}` {_here(cloud)}"
    return NoPipeline(message, cloud.account.region, name=name, hint=hint)


def _here(cloud: Cloud) -> str:
    return f"in {cloud.account.region} of account {cloud.account.id}"
