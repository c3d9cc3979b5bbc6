"""From names to a spec: what lives is read, said in the grammar, and shortened."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipectl.arrive import notifications, pipelines, projects, repositories, services, starts, tasks
from pipectl.arrive.live import Asked, Live, images_of
from pipectl.arrive.looking import Look, filled, owner, rest
from pipectl.arrive.ours import Ours, common_tags, recognised, with_statements
from pipectl.arrive.proven import proven
from pipectl.arrive.shorten import shortened
from pipectl.aws.cloud import Cloud
from pipectl.engine.values import State
from pipectl.kinds import KINDS, cluster, pipeline, project, repository, service, source, topic
from pipectl.kinds.kind import Kind


@dataclass(frozen=True)
class Arrived:
    """The values of a spec, secrets and all; what was read, and what the spec does not say."""

    values: dict[str, Any]
    read: tuple[tuple[str, str], ...]
    """Kind and name."""
    lost: tuple[str, ...]


def arrive(cloud: Cloud, asked: Asked) -> Arrived:
    """A spec for what is asked for and all that it uses. Raises PipectlError for a name that is not there."""
    look = Look(cloud)
    live = Live(look, asked)
    ours = recognised(look, live.stack, _roles(live))
    values = with_statements(look, _values(live, ours), ours)
    if live.pipelines:
        starts.tell_webhooks(look, live.pipelines)
    values = shortened(proven(look, values, live.pipelines), look.account)
    return Arrived(values, _ordered(look.read), tuple(look.lost))


def _ordered(read: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """What was read, the pipelines first and then what they use."""
    order = {kind.name: number for number, kind in enumerate(reversed(KINDS))}
    return tuple(sorted(read, key=lambda each: (order[each[0]], each[1])))


def _roles(live: Live) -> Iterator[tuple[str, str, str]]:
    """The roles of pipelines and projects: ARN, whose it is, and what for."""
    for name, raw in live.pipelines.items():
        yield raw["roleArn"], name, "pipeline"
    for name, state in live.projects.items():
        yield str(state.get("role")), name, "build"


def _values(live: Live, ours: Ours) -> dict[str, Any]:
    look = live.look
    said: dict[str, Any] = {"pipectl": 1, "name": live.stack, "region": look.account.region}
    said |= filled(role_path=ours.path, role_prefix=ours.prefix)
    owned = [state for state in live.states if owner(state) == live.stack]
    shared = common_tags(owned) if owned else {}
    blocks = {
        "codecommit": _blocks(
            live,
            source.KIND,
            live.codecommit,
            lambda name, state: repositories.codecommit_block(look, name, state),
        ),
        "ecr": _blocks(live, repository.KIND, live.ecr, lambda _, state: repositories.ecr_block(state)),
        "sns": _topics(live),
        "ecs": _clusters(live, ours),
        "codebuild": _blocks(
            live, project.KIND, live.projects, lambda name, state: _project(live, ours, name, state)
        ),
        "codepipeline": {name: _pipeline_block(live, ours, name) for name in live.pipelines},
    }
    return said | filled(tags=shared) | filled(**_without_shared(blocks, shared))


def _topics(live: Live) -> dict[str, Any]:
    """The topics that pipectl has made, and those like them that nobody owns; others are only named."""
    return {
        name: notifications.topic_block(live.look, name, state)
        for name, state in live.topics.items()
        if not live.is_foreign(topic.KIND, name, state)
    }


def _without_shared(value: Any, shared: Mapping[str, str]) -> Any:
    """The blocks without the tags that the whole stack has."""
    if not isinstance(value, Mapping):
        return value
    said = {key: _without_shared(item, shared) for key, item in value.items()}
    if isinstance(said.get("tags"), dict) and shared:
        said["tags"] = {key: text for key, text in said["tags"].items() if shared.get(key) != text}
    return {key: item for key, item in said.items() if key != "tags" or item}


def _blocks(live: Live, kind: Kind, found: Mapping[str, State], block: Any) -> dict[str, Any]:
    return {
        name: _only_used(live, kind, name, state)
        if live.is_foreign(kind, name, state)
        else block(name, state)
        for name, state in found.items()
    }


def _only_used(live: Live, kind: Kind, name: str, state: State) -> dict[str, Any]:
    other = owner(state)
    whose = f"belongs to stack {other}" if other else f"does not belong to stack {live.stack}"
    live.look.tell(f"{kind.name} {name} {whose}: the spec only uses it")
    return {"managed": False}


def _clusters(live: Live, ours: Ours) -> dict[str, Any]:
    said = _blocks(live, cluster.KIND, live.clusters, lambda _, state: services.cluster_block(state))
    for name, state in live.services.items():
        where, _, called = name.partition("/")
        if live.is_foreign(service.KIND, name, state):
            block = _only_used(live, service.KIND, name, state)
        elif not services.is_known(live.look, name, state):
            block = {"managed": False}
        else:
            block = _service(live, ours, name, state)
        said.setdefault(where, {"managed": False}).setdefault("services", {})[called] = block
    return said


def _service(live: Live, ours: Ours, name: str, state: State) -> dict[str, Any]:
    where, _, called = name.partition("/")
    raw = state["raw_task"]
    alone = sum(each.partition("/")[2] == called for each in live.services) == 1
    own = called if alone else f"{where}-{called}"
    own_role = ours.role(own, "execution")
    role = raw.get("executionRoleArn")
    usual = f"/ecs/{tasks.family(raw)}"
    group = next(iter(tasks.log_groups(raw)), usual)
    found = live.log_group(usual) if group == usual and tasks.log_groups(raw) else None
    deployed = name in live.used.services or role == own_role
    around = tasks.Surroundings(
        live.look.account.region,
        _repositories(live, name, state) if deployed else {},
        group,
        None if role == own_role else role or False,
        {} if raw.get("taskRoleArn") == ours.role(own, "task") else raw.get("taskRoleArn"),
    )
    said_group = None if found or (group == usual and not tasks.log_groups(raw)) else group
    block = services.service_block(live.look, name, state, around, said_group)
    return _last(block | _retention(found))


def _repositories(live: Live, name: str, state: State) -> dict[str, str]:
    """Container -> the repository whose images the pipeline deploys; of several, builds know which."""
    found = {key: _repository(live, image) for key, image in images_of(state).items()}
    said = {key: repository for key, repository in found.items() if repository}
    if len(set(said.values())) > 1:
        images = f"the images of ecs service {name} ({', '.join(said)}) are left to the pipeline"
        live.look.tell(f"{images}; one that it does not deploy needs `image` in place of `repository`")
    return said


def _repository(live: Live, image: str) -> str | None:
    """The repository of an image in the account's own registry."""
    prefix = f"{live.look.account.registry}/"
    name = re.split(r"[:@]", image.removeprefix(prefix))[0] if image.startswith(prefix) else None
    return name if name in live.ecr else None


def _retention(found: State | None) -> dict[str, Any]:
    return filled(log_retention_days=(found or {}).get("retention_days"))


def _project(live: Live, ours: Ours, name: str, state: State) -> dict[str, Any]:
    if not projects.runs_in_a_pipeline(state):
        live.look.tell(f"codebuild project {name} is only used: its source or its output is its own")
        return {"managed": False}
    own_role = state["role"] == ours.role(name, "build")
    said = projects.block(live.look, name, state, None if own_role else state["role"])
    if state["batch_role"] == ours.role(name, project.BATCH_PURPOSE):
        batches = said["aws"].pop("buildBatchConfig")
        said["aws"] |= filled(buildBatchConfig=rest(batches, frozenset({"serviceRole"}), {}))
    usual = f"/aws/codebuild/{name}"
    group = projects.log_group(state, name) or usual
    found = live.log_group(usual) if group == usual and state["log_group"] else None
    said |= {} if found else {"log_group": group}
    return _last(said | _retention(found) | _pushed(live, said.get("environment") or {}))


def _pushed(live: Live, environment: dict[str, Any]) -> dict[str, Any]:
    """The repository that REPOSITORY_URI names; without it, that none shall be put there."""
    uri = environment.get("REPOSITORY_URI")
    prefix = f"{live.look.account.registry}/"
    if isinstance(uri, str) and uri.startswith(prefix) and uri.removeprefix(prefix) in live.ecr:
        left = {key: value for key, value in environment.items() if key != "REPOSITORY_URI"}
        return {"repository": uri.removeprefix(prefix), "environment": left}
    return {"repository": False}


def _last(block: dict[str, Any]) -> dict[str, Any]:
    """The block without what is empty; tags and raw parameters stand at its end."""
    said = {key: value for key, value in block.items() if value not in (None, {})}
    end: dict[str, Any] = {key: said.pop(key) for key in ("tags", "aws") if key in said}
    return {**said, **end}


def _pipeline_block(live: Live, ours: Ours, name: str) -> dict[str, Any]:
    raw, look = live.pipelines[name], live.look
    tags = {"tags": live.pipeline_tags[name]}
    if live.is_foreign(pipeline.KIND, name, tags):
        return _only_used(live, pipeline.KIND, name, tags)
    region = look.account.region
    stores = pipelines.stores(raw, region)
    buckets = {where: store.get("location") for where, store in stores.items()}
    keys = {where: (store.get("encryptionKey") or {}).get("id") for where, store in stores.items()}
    bucket, key = buckets.pop(region, None), keys.pop(region, None)
    said = filled(
        notifications=notifications.blocks(look, name, live.notifications[name], live.stack),
        role=raw["roleArn"] if raw["roleArn"] != ours.role(name, "pipeline") else None,
        artifact_bucket=bucket if bucket != ours.bucket else None,
        artifact_buckets=buckets,
        encryption_key=key,
        encryption_keys=filled(**keys),
    )
    return pipelines.block(look, raw, starts.event_rules(look, raw, ours), said)
