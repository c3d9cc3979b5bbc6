"""Actions in other Regions: without a bucket there, or of a provider that cannot be there."""

from collections.abc import Iterator

from pipectl.rules._tools import PlacedAction, actions_of, error, key_error, key_warning, pipelines
from pipectl.spec.problems import Problem, nearest, shown
from pipectl.spec.spec import Spec

RULE = "region"


def check(spec: Spec) -> Iterator[Problem]:
    """Every pipeline (user guide, "actions-create-cross-region")."""
    for name, block in pipelines(spec):
        path = ("codepipeline", name, "artifact_buckets")
        for each in actions_of(name, block):
            yield from _action(spec, each, dict(block.artifact_buckets))
        used = {each.action.region for each in actions_of(name, block)}
        for region in block.artifact_buckets:
            if region == spec.region:
                message = f"{region} is the pipeline's own Region"
                yield key_error(spec, (*path, region), RULE, message, "its bucket is `artifact_bucket`")
            elif region not in used:
                near = nearest(region, [each for each in used if each])
                message = f"no action of {name} is in {shown(region)}"
                hint = f"did you mean `{near}`?" if near else "take it out, or write `region:` at an action"
                yield key_warning(spec, (*path, region), RULE, message, hint)
        for region in block.encryption_keys:
            if region not in block.artifact_buckets:
                key_path = ("codepipeline", name, "encryption_keys", region)
                message = f"{name} has no bucket in {shown(region)} that this key could be of"
                hint = f"write `artifact_buckets: {{{region}: BUCKET}}`; the own Region's is `encryption_key`"
                yield key_error(spec, key_path, RULE, message, hint)


def _action(spec: Spec, each: PlacedAction, buckets: dict[str, str]) -> Iterator[Problem]:
    region = each.action.region
    if region is None or region == spec.region:
        return
    path = each.value_path("region")
    if spec.region is None and region not in buckets:
        return  # the pipeline's Region comes from elsewhere, and may be this one
    if each.wire.category == "Source" or each.action.owner != "AWS":
        message = f"{each.name} must be in the pipeline's own Region"
        hint = "sources and actions of other owners cannot be elsewhere; take `region` out"
        yield error(spec, path, RULE, message, hint)
    elif region not in buckets:
        message = f"{each.name} is in {shown(region)}, where the pipeline has no bucket for its artifacts"
        hint = f"write `artifact_buckets: {{{region}: BUCKET}}` at the pipeline"
        yield error(spec, path, RULE, message, hint)
