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
