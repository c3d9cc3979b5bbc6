"""Tags on clusters, services, task definitions and tasks, by their ARN."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipectl.local.ecs.names import invalid, tag_list, tag_map
from pipectl.local.ecs.state import Cluster, State
from pipectl.local.service import Refused

if TYPE_CHECKING:
    from pipectl.local.service import Caller

MOST_TAGS = 50


class Tags(State):
    """The operations on tags"""

    def tag_resource(self, request: dict[str, Any], caller: Caller) -> None:
        """Tags that are not named stay (API reference, TagResource); at most 50 in all"""
        tags = self._tags_of(request["resourceArn"])
        merged = {**tags, **tag_map(request["tags"])}
        if len(merged) > MOST_TAGS:
            raise Refused("LimitExceededException", f"A resource can have at most {MOST_TAGS} tags.")
        tags.update(merged)

    def untag_resource(self, request: dict[str, Any], caller: Caller) -> None:
        """Keys that are not there are no error (inferred)"""
        tags = self._tags_of(request["resourceArn"])
        for key in request["tagKeys"]:
            tags.pop(key, None)

    def list_tags_for_resource(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """The tags that the resource has now"""
        return {"tags": tag_list(self._tags_of(request["resourceArn"]))}

    def _tags_of(self, arn: str) -> dict[str, str]:
        kind, _, name = arn.removeprefix(self.arn("")).partition("/")
        if not arn.startswith(self.arn("")) or not name:
            raise invalid(f"Invalid resource ARN: {arn}")
        if kind == "cluster":
            return self.active_cluster(arn).tags
        if kind == "capacity-provider":
            return self._of_a_provider(name, arn)
        found = self._of_a_definition(name) if kind == "task-definition" else self._in_a_cluster(kind, name)
        if found is None:
            raise Refused("ResourceNotFoundException", f"The specified {kind} was not found: {arn}")
        return found

    def _of_a_provider(self, name: str, arn: str) -> dict[str, str]:
        provider = self.providers.get(name)
        if provider is None or provider.status != "ACTIVE":
            raise Refused(
                "ResourceNotFoundException", f"The specified capacity-provider was not found: {arn}"
            )
        return provider.tags

    def _of_a_definition(self, name: str) -> dict[str, str] | None:
        revision = self.find_revision(name) if ":" in name else None
        return None if revision is None else revision.tags

    def _in_a_cluster(self, kind: str, path: str) -> dict[str, str] | None:
        """Short ARNs, without the cluster, cannot be tagged (developer guide, ARNs and ids)"""
        cluster_name, _, name = path.partition("/")
        if not name:
            raise invalid("Long arn format must be used for tagging operations")
        cluster = self.active_cluster(cluster_name)
        if kind == "container-instance":
            instance = cluster.instances.get(name)
            return None if instance is None or instance.status == "INACTIVE" else instance.tags
        if kind == "task-set":
            return _task_set_tags(cluster, name)
        return _service_tags(cluster, name) if kind == "service" else _task_tags(cluster, kind, name)


def _service_tags(cluster: Cluster, name: str) -> dict[str, str] | None:
    service = cluster.services.get(name)
    return None if service is None or service.status == "INACTIVE" else service.tags


def _task_set_tags(cluster: Cluster, path: str) -> dict[str, str] | None:
    service, _, identity = path.partition("/")
    found = cluster.services[service].task_sets.get(identity) if service in cluster.services else None
    return None if found is None else found.tags


def _task_tags(cluster: Cluster, kind: str, task_id: str) -> dict[str, str] | None:
    task = cluster.tasks.get(task_id) if kind == "task" else None
    return None if task is None else task.tags
