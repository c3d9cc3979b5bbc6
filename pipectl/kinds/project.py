"""CodeBuild project, its buildspec, and the role that its builds have."""

from collections.abc import Iterable, Mapping
from typing import Any

from pipectl.aws import keys
from pipectl.aws.account import Account
from pipectl.aws.cloud import Cloud, for_each, in_batches
from pipectl.aws.permissions import Need, Purpose, needs, passing
from pipectl.engine.values import Resource, State, Step
from pipectl.kinds import foreign_accounts, project_words, raw
from pipectl.kinds.build_role import batch_statements, role_statements, runs_batches
from pipectl.kinds.declaration import declaration
from pipectl.kinds.kind import Kind, Wanted, listed, mapped, merged, remaining_tags, tags
from pipectl.kinds.log_group import log_group
from pipectl.kinds.pipeline_block import Pipeline
from pipectl.kinds.project_block import Project
from pipectl.kinds.project_words import log_group_name
from pipectl.kinds.role import role_arn, service_role
from pipectl.kinds.wiring import deployed_repositories
from pipectl.spec.spec import Spec

NAME = "codebuild project"
PURPOSE = "build"
BATCH_PURPOSE = "batch"
"""The role of a batch: its builds must not have it (CodeBuild user guide, "Run builds in batches")."""
BATCH = 100
"""Names of one BatchGetProjects (service model)."""


def design(spec: Spec, account: Account) -> Iterable[Resource]:
    """One resource for each entry of `codebuild`, its role and its log group."""
    pipelines = [declaration(spec, account, pipeline) for pipeline in spec.all(Pipeline)]
    for name, block in spec.all(Project).items():
        if not block.managed:
            yield Resource(NAME, name, managed=False)
            continue
        pushes = _pushes(spec, name, block)
        batch = _batch_role(spec, account, name, block) if runs_batches(account, name, pipelines) else None
        resource = _resource(spec, account, name, block, pushes, batch)
        yield resource
        if batch:
            allowed = batch_statements(account, name)
            yield service_role(spec, account, name, BATCH_PURPOSE, "codebuild", allowed)
        if not block.role:
            allowed = role_statements(spec, account, name, block, resource.request, pushes, pipelines)
            yield service_role(spec, account, name, PURPOSE, "codebuild", allowed)
        if not block.log_group:
            yield log_group(spec, log_group_name(name, block), block.log_retention_days)


def _pushes(spec: Spec, name: str, block: Project) -> list[str]:
    if block.repository is not None:
        return [block.repository] if block.repository else []
    return deployed_repositories(spec, name)


def _batch_role(spec: Spec, account: Account, name: str, block: Project) -> str | None:
    """The role that is made for batches, without which StartBuildBatch is refused; None for a role stated."""
    stated = block.aws.get("buildBatchConfig") or {}
    return None if "serviceRole" in stated else role_arn(spec, account, name, BATCH_PURPOSE)


def _resource(
    spec: Spec, account: Account, name: str, block: Project, pushes: list[str], batch: str | None
) -> Resource:
    role = block.role or role_arn(spec, account, name, PURPOSE)
    made = project_words.request(account, name, block, role, pushes)
    if batch:
        made["buildBatchConfig"] = {"serviceRole": batch}
    request = merged(made, block.aws)
    stated: dict[str, Any] = {**project_words.stated(request), "tags": tags(spec, block.tags)}
    if not batch:
        stated.pop("batch_role", None)
    if block.aws:
        stated["aws"] = raw.compared(raw.PROJECT, block.aws)
    return Resource(NAME, name, stated, request=request)


def read(cloud: Cloud, wanted: Wanted) -> dict[str, State]:
    """All projects in one call; their tags come with them."""
    found = in_batches(_projects, cloud, wanted, BATCH)
    states = for_each(lambda project: _state(cloud, project, wanted[project["name"]]), found)
    return {project["name"]: state for project, state in zip(found, states, strict=True)}


def _state(cloud: Cloud, project: Mapping[str, Any], stated: State) -> State:
    said = project_words.words(project)
    key = keys.as_stated(cloud, stated.get("encryption_key"), said["encryption_key"])
    found = {**said, "encryption_key": key, "tags": mapped(project.get("tags"))}
    return {**found, "aws": raw.answered(raw.PROJECT, project)}


def _projects(cloud: Cloud, batch: list[str]) -> list[dict[str, Any]]:
    return list(cloud.call("codebuild", "batch_get_projects", names=batch)["projects"])


def create(cloud: Cloud, resource: Resource) -> None:
    """Make the project, tags and all, in one call."""
    cloud.call("codebuild", "create_project", **resource.request, tags=listed(resource.stated["tags"]))


def update(cloud: Cloud, step: Step) -> None:
    """Send the parts that differ, each complete: nested objects are replaced as a whole.

    What is absent stays (API reference, UpdateProject); tags are a full replacement and are sent always,
    because an update without them was seen to drop them (docs/aws/services.md, CodeBuild). Those of AWS
    itself, as CloudFormation's, are nobody's to send (tagging guide, "aws: prefix").
    """
    request = step.resource.request
    before = (step.before or {}).get("aws") or {}
    parts = {project_words.PARAMETERS[word] for word in project_words.PARAMETERS if step.changes(word)}
    parts |= {key for key in step.resource.stated.get("aws") or {} if step.changes(f"aws.{key}")}
    params = {part: _whole(part, before.get(part), request[part]) for part in sorted(parts)}
    tagged = {**_sendable((step.before or {}).get("tags", {})), **step.resource.stated["tags"]}
    cloud.call("codebuild", "update_project", name=step.resource.name, **params, tags=listed(tagged))


def _sendable(tags_: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in tags_.items() if not name.startswith("aws:")}


def _whole(part: str, before: Any, wanted: Any) -> Any:
    if part in ("cache", "source"):
        return wanted
    whole = merged(before or {}, wanted) if isinstance(wanted, Mapping) else wanted
    if part == "environment":
        stated = {each["name"] for each in wanted["environmentVariables"]}
        added = [
            each for each in (before or {}).get("environmentVariables") or [] if each["name"] not in stated
        ]
        whole["environmentVariables"] = [*wanted["environmentVariables"], *added]
    return whole


def delete(cloud: Cloud, step: Step) -> None:
    """Take the project away; one that has gone already is answered without an error (service model)."""
    cloud.call("codebuild", "delete_project", name=step.resource.name)


def release(cloud: Cloud, step: Step) -> None:
    """Take our tags off: UpdateProject replaces them all."""
    cloud.call(
        "codebuild", "update_project", name=step.resource.name, tags=listed(_sendable(remaining_tags(step)))
    )


def permissions(account: Account, resource: Resource) -> Iterable[Need]:
    """Service Authorization Reference, AWS CodeBuild: its tags go with the project and have no action."""
    arns = [account.arn("codebuild", f"project/{resource.name}")]
    yield from needs(Purpose.PLAN, arns, "codebuild:BatchGetProjects")
    if not resource.managed:
        return
    yield from needs(Purpose.DESTROY, arns, "codebuild:BatchGetProjects", "codebuild:DeleteProject")
    yield from keys.looking_up(account, [resource.stated.get("encryption_key")])
    yield from needs(Purpose.CREATE, arns, "codebuild:CreateProject")
    yield from needs(Purpose.CREATE | Purpose.DESTROY, arns, "codebuild:UpdateProject")
    batch = (resource.request.get("buildBatchConfig") or {}).get("serviceRole")
    yield from passing([resource.request.get("serviceRole"), batch], "codebuild")


KIND = Kind(
    NAME,
    design,
    read,
    create,
    update,
    {"codebuild": Project},
    conflict=foreign_accounts.project_conflict,
    delete=delete,
    release=release,
    permissions=permissions,
    events=("UpdateProject", "DeleteProject"),
)
