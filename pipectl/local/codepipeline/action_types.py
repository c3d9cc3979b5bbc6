"""ListActionTypes, GetActionType, UpdateActionType, custom action types, ListRuleTypes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipectl.local.service import Refused

from . import tags
from .providers import BY_IDENTITY, PROVIDERS
from .rules import RULE_KINDS
from .store import Store

if TYPE_CHECKING:
    from pipectl.local.service import Caller

Shape = dict[str, Any]
Identity = tuple[str, str, str, str]
PAGE = 100
MAXIMUM_CUSTOM_TYPES = 50  # User guide, limits


def identity_of(action_type_id: Shape) -> Identity:
    """Category, owner, provider and version."""
    parts = (action_type_id[part] for part in ("category", "owner", "provider", "version"))
    category, owner, provider, version = parts
    return (category, owner, provider, version)


class ActionTypes(Store):
    """What actions and rules can be."""

    def list_action_types(self, request: Shape, caller: Caller) -> Shape:
        """API reference, ListActionTypes."""
        types = [provider.action_type() for provider in PROVIDERS] + list(self.custom_types.values())
        owner = request.get("actionOwnerFilter")
        wanted = [each for each in types if owner in (None, each["id"]["owner"])]
        found, token = self.page(wanted, request, PAGE)
        return {"actionTypes": found, "nextToken": token}

    def get_action_type(self, request: Shape, caller: Caller) -> Shape:
        """API reference, GetActionType: the owner is AWS or ThirdParty by its pattern."""
        return {"actionType": _declared(self._action_type(request))}

    def update_action_type(self, request: Shape, caller: Caller) -> None:
        """API reference, UpdateActionType: only for its owner, which is AWS or a partner."""
        key = identity_of(self._action_type(request["actionType"]["id"])["id"])
        raise Refused("RequestFailedException", f"The action type {'/'.join(key)} is not yours to update")

    def _action_type(self, identity: Shape) -> Shape:
        key = identity_of(identity)
        if key in BY_IDENTITY:
            return BY_IDENTITY[key].action_type()
        raise Refused("ActionTypeNotFoundException", f"The action type {'/'.join(key)} was not found")

    def list_rule_types(self, request: Shape, caller: Caller) -> Shape:
        """API reference, ListRuleTypes."""
        return {"ruleTypes": [kind.rule_type() for kind in RULE_KINDS.values()]}

    def create_custom_action_type(self, request: Shape, caller: Caller) -> Shape:
        """API reference, CreateCustomActionType: the owner is Custom."""
        key = (request["category"], "Custom", request["provider"], request["version"])
        if key in self.custom_types:
            raise Refused(  # the model has no code of its own for it (inferred)
                "ValidationException",
                f"An action type with category '{key[0]}', provider '{key[2]}' and version '{key[3]}' "
                "already exists",
            )
        if len(self.custom_types) >= MAXIMUM_CUSTOM_TYPES:
            raise Refused("LimitExceededException", "The number of custom action types is exceeded")
        chosen = tags.merged(self.arn(_resource(key)), {}, request.get("tags") or [])
        action_type = {
            "id": dict(zip(("category", "owner", "provider", "version"), key, strict=True)),
            "settings": request.get("settings"),
            "actionConfigurationProperties": request.get("configurationProperties") or [],
            "inputArtifactDetails": request["inputArtifactDetails"],
            "outputArtifactDetails": request["outputArtifactDetails"],
        }
        self.custom_types[key] = action_type
        self.custom_tags[_resource(key)] = chosen
        return {"actionType": action_type, "tags": tags.shown(chosen)}

    def delete_custom_action_type(self, request: Shape, caller: Caller) -> None:
        """API reference, DeleteCustomActionType; unknown ones succeed: the model has no such refusal."""
        key = (request["category"], "Custom", request["provider"], request["version"])
        self.custom_types.pop(key, None)
        self.custom_tags.pop(_resource(key), None)


def _declared(action_type: Shape) -> Shape:
    """The newer shape of an action type; who does it here is a job worker."""
    properties = [
        {
            "name": each["name"],
            "optional": not each["required"],
            "key": each["key"],
            "noEcho": each["secret"],
            "queryable": each.get("queryable", False),
            "description": each.get("description"),
        }
        for each in action_type["actionConfigurationProperties"]
    ]
    return {
        "id": action_type["id"],
        "executor": {"type": "JobWorker", "configuration": {"jobWorkerExecutorConfiguration": {}}},
        "inputArtifactDetails": action_type["inputArtifactDetails"],
        "outputArtifactDetails": action_type["outputArtifactDetails"],
        "properties": properties,
    }


def _resource(key: Identity) -> str:
    """API reference, resource ARNs: actiontype:Owner/Category/Provider/Version."""
    category, owner, provider, version = key
    return f"actiontype:{owner}/{category}/{provider}/{version}"
