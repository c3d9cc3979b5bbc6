"""ECR: pull-through cache rules are kept and told; nothing is pulled through them.

API reference, CreatePullThroughCacheRule and its brothers; words of refusals are inferred.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipectl.local import paging
from pipectl.local.wire import Answer, Refused, Request, json_answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipectl.local.world import World

Shape = dict[str, Any]
_KEPT = "ecr pull-through cache"
_PAGE = 100
_UPSTREAMS = {
    "public.ecr.aws": "ecr-public",
    "registry.k8s.io": "k8s",
    "quay.io": "quay",
    "registry-1.docker.io": "docker-hub",
    "ghcr.io": "github-container-registry",
    "registry.gitlab.com": "gitlab-container-registry",
}
"""API reference, upstreamRegistryUrl -> upstreamRegistry; Azure's and ECR's own hosts are not fixed."""
_MEMBERS = (
    "ecrRepositoryPrefix",
    "upstreamRegistryUrl",
    "upstreamRegistry",
    "credentialArn",
    "customRoleArn",
    "upstreamRepositoryPrefix",
    "registryId",
)


def _upstream(url: str) -> str:
    if url.endswith(".azurecr.io"):
        return "azure-container-registry"
    if ".dkr.ecr." in url:
        return "ecr"
    if url not in _UPSTREAMS:
        raise Refused("UnsupportedUpstreamRegistryException", f"The upstream registry {url} is not supported")
    return _UPSTREAMS[url]


def _create(world: World, request: Request, asked: Shape) -> Shape:
    """A prefix of the upstream comes back where it was sent

    Terraform's acceptance tests of aws_ecr_pull_through_cache_rule plan nothing on AWS without one, though
    the API reference names ROOT as its default.
    """
    rules, prefix = _rules(world, request), asked["ecrRepositoryPrefix"]
    upstream = asked.get("upstreamRegistry") or _upstream(asked["upstreamRegistryUrl"])
    if prefix in rules:
        raise Refused(
            "PullThroughCacheRuleAlreadyExistsException",
            f"The pull through cache rule with prefix '{prefix}' already exists in the registry with id"
            f" '{request.account}'",
        )
    now = world.now().timestamp()
    given = {**asked, "upstreamRegistry": upstream}
    kept = {name: given[name] for name in _MEMBERS if name in given}
    rules[prefix] = {**kept, "registryId": request.account, "createdAt": now, "updatedAt": now}
    return _without(rules[prefix], "updatedAt")


def _describe(world: World, request: Request, asked: Shape) -> Shape:
    rules = _rules(world, request)
    prefixes = asked.get("ecrRepositoryPrefixes") or sorted(rules)
    found = [_rule(world, request, prefix) for prefix in prefixes]
    try:
        part, token = paging.page(found, asked.get("nextToken"), asked.get("maxResults", _PAGE))
    except paging.BadToken:
        raise Refused(
            "InvalidParameterException", "Invalid parameter at 'nextToken' failed to satisfy constraint"
        ) from None
    return {"pullThroughCacheRules": part, **({"nextToken": token} if token else {})}


def _update(world: World, request: Request, asked: Shape) -> Shape:
    rule = _rule(world, request, asked["ecrRepositoryPrefix"])
    changed: Shape = {name: asked[name] for name in ("credentialArn", "customRoleArn") if name in asked}
    rule.update(changed, updatedAt=world.now().timestamp())
    return _without(rule, "createdAt", "upstreamRegistryUrl", "upstreamRegistry")


def _delete(world: World, request: Request, asked: Shape) -> Shape:
    rule = _rule(world, request, asked["ecrRepositoryPrefix"])
    del _rules(world, request)[asked["ecrRepositoryPrefix"]]
    return _without(rule, "updatedAt", "upstreamRegistry")


def _validate(world: World, request: Request, asked: Shape) -> Shape:
    """Nothing is asked of the upstream registry: every rule is valid (inferred)"""
    rule = _rule(world, request, asked["ecrRepositoryPrefix"])
    valid = {"isValid": True, "failure": ""}
    return {**_without(rule, "createdAt", "updatedAt", "upstreamRegistry"), **valid}


def _rule(world: World, request: Request, prefix: str) -> Shape:
    rules = _rules(world, request)
    if prefix not in rules:
        raise Refused(
            "PullThroughCacheRuleNotFoundException",
            f"The pull through cache rule with prefix '{prefix}' does not exist in the registry with id"
            f" '{request.account}'",
        )
    rule: Shape = rules[prefix]
    return rule


def _rules(world: World, request: Request) -> Shape:
    return world.beside(_KEPT, request.account, request.region)


def _without(rule: Shape, *names: str) -> Shape:
    return {name: value for name, value in rule.items() if name not in names}


_CALLS: dict[str, Callable[[World, Request, Shape], Shape]] = {
    "CreatePullThroughCacheRule": _create,
    "DeletePullThroughCacheRule": _delete,
    "DescribePullThroughCacheRules": _describe,
    "UpdatePullThroughCacheRule": _update,
    "ValidatePullThroughCacheRule": _validate,
}
OPERATIONS = frozenset(_CALLS)


def answer(world: World, request: Request, asked: Shape) -> Answer:
    """Answer one of OPERATIONS."""
    return json_answer(_CALLS[request.operation](world, request, asked))
