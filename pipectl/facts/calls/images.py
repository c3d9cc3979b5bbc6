"""What pulling images calls, in the name of whoever pulls."""

from collections.abc import Iterable, Iterator

from pipectl.facts.calls.call import EVERY_RESOURCE, Call, calls, of
from pipectl.facts.images import private_image
from pipectl.facts.place import Place

PULL = of("ecr", "BatchCheckLayerAvailability", "BatchGetImage", "GetDownloadUrlForLayer")


def pull_calls(images: Iterable[str], place: Place, source: str) -> Iterator[Call]:
    """Pulling images of private ECR registries, of any account; other registries need nothing of IAM."""
    private = [found for found in map(private_image, images) if found]
    if private:
        yield from calls("LogInToEcr", ["ecr:GetAuthorizationToken"], [EVERY_RESOURCE], source)
    for image in private:
        home = Place(place.partition, image.region, image.account)
        yield from calls("PullImages", PULL, [home.arn("ecr", f"repository/{image.repository}")], source)


PUSH = (*PULL, *of("ecr", "InitiateLayerUpload", "UploadLayerPart", "CompleteLayerUpload", "PutImage"))
"""Pushing an image, and pulling it as the cache of the next one (ECR user guide, "Pushing an image")."""


def push_calls(repositories: Iterable[str], place: Place) -> tuple[Call, ...]:
    """Pushing images to repositories of the place's own registry."""
    source = "ECR user guide, IAM permissions for pushing an image to an Amazon ECR private repository"
    arns = [place.arn("ecr", f"repository/{name}") for name in repositories]
    log_in = calls("LogInToEcr", ["ecr:GetAuthorizationToken"], [EVERY_RESOURCE] if arns else [], source)
    return (*log_in, *calls("PushImages", PUSH, arns, source))
