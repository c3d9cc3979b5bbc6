"""Keys of an action that mean nothing to its provider."""

from collections.abc import Iterator

from pipectl.kinds.providers import KEYS, PROVIDERS, Provider
from pipectl.rules._tools import PlacedAction, actions, key_error
from pipectl.rules.provider_names import OTHERS
from pipectl.spec.problems import Problem, nearest, shown
from pipectl.spec.spec import Spec

RULE = "provider-key"
OWN = {
    "commands": "Commands",
    "output_variables": "Commands",
    "output_files": "Commands",
    "timeout_minutes": "Manual",
}
"""Keys that are members of the action itself, for one provider only (API reference, ActionDeclaration)."""
OTHER_WAYS = {
    ("timeout_minutes", "ECS"): "ECS has `deployment_timeout_minutes`",
    ("timeout_minutes", "CodeBuild"): "the build project has `timeout_minutes`",
    ("environment", "Commands"): "write `aws: {environmentVariables: [...]}`",
}


def check(spec: Spec) -> Iterator[Problem]:
    """Every action of a known provider, and of one that pipectl has no words for."""
    for each in actions(spec):
        known, name = each.wire.provider, each.action.provider
        if known is None and each.action.owner == "AWS" and name not in OTHERS:
            continue  # its name or category is wrong, which is told by its own rule
        for key in sorted(each.action.stated & (KEYS | OWN.keys())):
            if getattr(each.action, key) is None or (known and key in known.keys):
                continue
            if OWN.get(key) != name:
                yield _misplaced(spec, each, key, known)


def _misplaced(spec: Spec, each: PlacedAction, key: str, known: Provider | None) -> Problem:
    name = each.action.provider
    path = each.value_path(key)
    if known is None and key not in OWN:
        message = f"pipectl has no word {shown(key)} for the provider {name}"
        return key_error(spec, path, RULE, message, "write AWS's own key in `configuration:`")
    return key_error(spec, path, RULE, f"`{key}` means nothing to {name}", _hint(key, name, known))


def _hint(key: str, name: str, known: Provider | None) -> str:
    if (key, name) in OTHER_WAYS:
        return OTHER_WAYS[key, name]
    near = nearest(key, known.keys) if known else None
    if near:
        return f"did you mean `{near}`?"
    if key in OWN:
        return f"it is for {OWN[key]}"
    if known and known.keys:
        return f"its keys are {', '.join(known.keys)}"
    owners = [other for other, kinds in PROVIDERS.items() if any(key in kind.keys for kind in kinds)]
    return f"it is for {' and '.join(owners)}"
