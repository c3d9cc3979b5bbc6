"""Action providers that are misspelt, unknown, or not of the category that is stated."""

from collections.abc import Iterator

from pipectl.kinds.pipeline_block import Pipeline
from pipectl.kinds.providers import PROVIDERS
from pipectl.rules._tools import PlacedAction, actions, error, warning, written
from pipectl.spec.problems import Problem, nearest, shown
from pipectl.spec.spec import Spec

RULE = "provider"
OTHERS = frozenset({
    "AlexaSkillsKit", "AppConfig", "CloudFormationStackInstances", "CloudFormationStackSet", "DeviceFarm",
    "EC2", "EKS", "ElasticBeanstalk", "InspectorScan", "OpsWorks", "ServiceCatalog",
})  # fmt: skip
"""Providers of AWS that pipectl has no words for (user guide, "actions-valid-providers")."""
ALSO_CALLED = {
    "github": "CodeStarSourceConnection",
    "bitbucket": "CodeStarSourceConnection",
    "gitlab": "CodeStarSourceConnection",
    "codeconnections": "CodeStarSourceConnection",
    "connection": "CodeStarSourceConnection",
    "approval": "Manual",
    "manualapproval": "Manual",
    "fargate": "ECS",
    "docker": "ECRBuildAndPublish",
}


def check(spec: Spec) -> Iterator[Problem]:
    """Every action."""
    for each in actions(spec):
        name = each.action.provider
        if name in PROVIDERS and each.action.owner == "AWS":
            yield from _category(spec, each)
        elif each.action.owner == "AWS" and name not in OTHERS:
            yield from _unknown(spec, each, name)
        elif each.action.category is None and not written(spec, each.value_path("category")):
            message = f"{each.name} does not say what {shown(name)} is for"
            hint = "write `category:` Source, Build, Test, Deploy, Approval, Invoke or Compute"
            yield error(spec, each.value_path("provider"), RULE, message, hint)


def _category(spec: Spec, each: PlacedAction) -> Iterator[Problem]:
    known = [provider.category for provider in PROVIDERS[each.action.provider]]
    if each.action.category and each.action.category not in known:
        message = f"{each.action.provider} is no provider of the category {each.action.category}"
        hint = f"it is for {' or '.join(known)}; leave `category` out"
        yield error(spec, each.value_path("category"), RULE, message, hint)


def _unknown(spec: Spec, each: PlacedAction, name: str) -> Iterator[Problem]:
    meant = ALSO_CALLED.get(name.lower().replace("_", "").replace("-", "")) or nearest(
        name, [*PROVIDERS, *OTHERS]
    )
    path = each.value_path("provider")
    hint = "for one of your own write `owner: Custom`"
    if meant:
        yield error(spec, path, RULE, f"there is no provider {shown(name)}", f"did you mean `{meant}`?")
    elif each.action.category is None:
        listed = ", ".join(sorted(PROVIDERS))
        yield error(spec, path, RULE, f"there is no provider {shown(name)}", f"there are {listed}; {hint}")
    elif not _is_allowed(spec, each):
        message = f"which permissions {shown(name)} needs is not known: the pipeline's role gets none for it"
        way = f"allow them with `statements:` of the pipeline, or give the action a `role`; {hint}"
        yield warning(spec, path, RULE, message, way)


def _is_allowed(spec: Spec, each: PlacedAction) -> bool:
    """Whether the spec says with which permissions an action works."""
    pipeline = spec.all(Pipeline)[each.pipeline]
    return bool(each.action.role or pipeline.role or pipeline.statements)
