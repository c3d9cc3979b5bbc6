"""ECR: previews of lifecycle policies, which tell what a policy would expire.

Recorded in radkawar/stackd, testdata/aws/ecr (lifecycle_preview_*): a preview is IN_PROGRESS at first, then
COMPLETE; an image that a rule selects is out of reach of the rules behind it. Which images a rule selects:
user guide of ECR, "How the lifecycle policy works".
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pipectl.local import paging
from pipectl.local.gaps import lifecycle
from pipectl.local.gaps.ecr_names import missing_repository
from pipectl.local.wire import Answer, Refused, Request, json_answer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipectl.local.world import World

Shape = dict[str, Any]
_KEPT = "ecr previews"
_PAGE = 100
OPERATIONS = frozenset({"StartLifecyclePolicyPreview", "GetLifecyclePolicyPreview"})


def answer(world: World, request: Request, asked: Shape) -> Answer:
    """Answer one of OPERATIONS."""
    name = asked["repositoryName"]
    repository = world.moto("ecr", request.account, request.region).repositories.get(name)
    if repository is None:
        raise missing_repository(name, request.account)
    previews = world.beside(_KEPT, request.account, request.region)
    if request.operation == "StartLifecyclePolicyPreview":
        previews[name] = _text(asked, repository.lifecycle_policy, request.account)
        return json_answer(_told(request, name, previews[name], "IN_PROGRESS"))
    if name not in previews:
        raise Refused(
            "LifecyclePolicyPreviewNotFoundException",
            f"There is no lifecycle policy preview for the repository with name '{name}' in the registry"
            f" with id '{request.account}'",
        )
    return json_answer(_complete(world, request, asked, repository, previews[name]))


def _text(asked: Shape, kept: str | None, account: str) -> str:
    """The policy that is sent, or the repository's"""
    text = asked.get("lifecyclePolicyText")
    if text is not None:
        lifecycle.check(text)
        return lifecycle.compact(text)
    if not kept:
        raise Refused(
            "LifecyclePolicyNotFoundException",
            f"Lifecycle policy does not exist for the repository with name '{asked['repositoryName']}' in the"
            f" registry with id '{account}'",
        )
    return kept


def _told(request: Request, name: str, text: str, status: str) -> Shape:
    whose = {"registryId": request.account, "repositoryName": name}
    return {**whose, "lifecyclePolicyText": text, "status": status}


def _complete(world: World, request: Request, asked: Shape, repository: Any, text: str) -> Shape:
    results = list(_expired(json.loads(text)["rules"], repository.images, world.now()))
    try:
        part, token = paging.page(results, asked.get("nextToken"), asked.get("maxResults", _PAGE))
    except paging.BadToken:
        raise Refused(
            "InvalidParameterException", "Invalid parameter at 'nextToken' failed to satisfy constraint"
        ) from None
    return {
        **_told(request, repository.name, text, "COMPLETE"),
        "previewResults": part,
        "summary": {"expiringImageTotalCount": len(results)},
        **({"nextToken": token} if token else {}),
    }


def _expired(rules: list[Shape], images: list[Any], now: datetime) -> Iterator[Shape]:
    left = sorted(images, key=lambda image: int(image.image_pushed_at), reverse=True)
    for rule in sorted(rules, key=lambda rule: int(rule["rulePriority"])):
        selection = rule["selection"]
        selected = [image for image in left if _is_selected(selection, image.image_tags)]
        left = [image for image in left if image not in selected]
        for image in _over(selection, selected, now):
            tags = {"imageTags": list(image.image_tags)} if image.image_tags else {}
            yield {
                **tags,
                "imageDigest": image.get_image_digest(),
                "imagePushedAt": image.image_pushed_at,
                "action": {"type": "EXPIRE"},
                "appliedRulePriority": rule["rulePriority"],
                "storageClass": "STANDARD",
            }


def _over(selection: Shape, selected: list[Any], now: datetime) -> list[Any]:
    """The images beyond a number, or older than so many days; the newest come first"""
    number = int(selection["countNumber"])
    if selection["countType"] == "imageCountMoreThan":
        return selected[number:]
    oldest = now - timedelta(days=number)
    return [image for image in selected if datetime.fromtimestamp(image.image_pushed_at, UTC) < oldest]


def _is_selected(selection: Shape, tags: list[str]) -> bool:
    """All prefixes, or all patterns, must be met by some tag (user guide, "tagPrefixList")"""
    status = selection["tagStatus"]
    if status == "untagged":
        return not tags
    if status == "any":
        return True
    prefixes = selection.get("tagPrefixList", [])
    patterns = [".*".join(map(re.escape, text.split("*"))) for text in selection.get("tagPatternList", [])]
    return (
        bool(tags)
        and all(any(tag.startswith(prefix) for tag in tags) for prefix in prefixes)
        and all(any(re.fullmatch(pattern, tag) for tag in tags) for pattern in patterns)
    )
