"""The operations on custom attributes of container instances (developer guide, "Adding an attribute")."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pipectl.local.ecs.names import invalid
from pipectl.local.ecs.paging import page
from pipectl.local.ecs.state import Cluster, State
from pipectl.local.service import Refused

if TYPE_CHECKING:
    from pipectl.local.ecs.instances import ContainerInstance
    from pipectl.local.service import Caller

MOST = 10  # API reference, PutAttributes: per call, and per resource
# API reference, Attribute
_NAME = re.compile(r"[A-Za-z0-9_/\\.-]{1,128}")
_VALUE = re.compile(r"(?! )[A-Za-z0-9_.@/\\: -]{1,128}(?<! )")


class CustomAttributes(State):
    """PutAttributes, DeleteAttributes and ListAttributes"""

    def put_attributes(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Set attributes of container instances; one that is there gets the new value

        API reference, PutAttributes. The words of the refusals are inferred.
        """
        cluster = self.active_cluster(request.get("cluster"))
        targets = self._targets(cluster, request["attributes"])
        for instance, attribute in targets:
            _check(attribute)
            if len({*instance.custom, attribute["name"]}) > MOST:
                raise Refused(
                    "AttributeLimitExceededException",
                    f"You can apply up to {MOST} custom attributes for each resource.",
                )
        for instance, attribute in targets:
            instance.custom[attribute["name"]] = attribute.get("value")
        return {"attributes": [_answered(instance, attribute) for instance, attribute in targets]}

    def delete_attributes(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Take custom attributes away; one that is not there is no error (inferred)"""
        cluster = self.active_cluster(request.get("cluster"))
        targets = self._targets(cluster, request["attributes"])
        for instance, attribute in targets:
            instance.custom.pop(attribute["name"], None)
        return {"attributes": [_answered(instance, attribute) for instance, attribute in targets]}

    def list_attributes(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """List one entry per attribute and instance, by name, and by value beside it (API reference)"""
        cluster = self.active_cluster(request.get("cluster"))
        name, value = request.get("attributeName"), request.get("attributeValue")
        if value and not name:
            raise invalid("attributeName must be specified when attributeValue is.")
        found = {
            (instance.id, key): _answered(instance, {"name": key, "value": held})
            for instance in cluster.instances.values()
            if instance.status != "INACTIVE"
            for key, held in instance.all_attributes.items()
            if name in (None, key) and value in (None, held)
        }
        answer = page(((key, "/".join(key)) for key in found), request, "attributes")
        keys = {"/".join(key): entry for key, entry in found.items()}
        answer["attributes"] = [keys[each] for each in answer["attributes"]]
        return answer

    def _targets(
        self, cluster: Cluster, attributes: list[dict[str, str]]
    ) -> list[tuple[ContainerInstance, dict[str, str]]]:
        """Each attribute with its instance: an ARN, or an id with its type (API reference, Attribute)"""
        if len(attributes) > MOST:
            raise invalid(f"You can specify up to {MOST} attributes in a single call.")
        return [(self._target(cluster, attribute), attribute) for attribute in attributes]

    def _target(self, cluster: Cluster, attribute: dict[str, str]) -> ContainerInstance:
        target = attribute.get("targetId", "")
        if not target:
            raise invalid(f"The attribute {attribute['name']} has no targetId.")
        if not target.startswith("arn:") and not attribute.get("targetType"):
            raise invalid("targetType is required if you use the short form ID of a resource.")
        instance = cluster.instances.get(self.own_name(target, "container-instance"))
        if instance is None or instance.status == "INACTIVE":
            raise Refused("TargetNotFoundException", "The specified target wasn't found.")
        return instance


def _answered(instance: ContainerInstance, attribute: dict[str, Any]) -> dict[str, Any]:
    """The target is told by its ARN (AWS CLI examples, put-attributes and list-attributes)"""
    return {"name": attribute["name"], "value": attribute.get("value"), "targetId": instance.arn}


def _check(attribute: dict[str, str]) -> None:
    if not _NAME.fullmatch(attribute["name"]):
        raise invalid(f"Invalid attribute name: {attribute['name']}")
    if "value" in attribute and not _VALUE.fullmatch(attribute["value"]):
        raise invalid(f"Invalid attribute value: {attribute['value']}")
