"""Private ECR images: whose registry an image lives in, from its name."""

import re
from dataclasses import dataclass

PRIVATE = re.compile(
    r"(?P<account>\d{12})\.dkr(?:\.ecr|\.ecr-fips|-ecr|-ecr-fips)\.(?P<region>[a-z0-9-]+)"
    r"\.(?:amazonaws\.[a-z.]+|on\.aws|on\.amazonwebservices\.com\.cn)/(?P<name>[^:@]+)"
)
"""ECR user guide, "Private registries" and "Making requests over IPv6": plain, FIPS and dual-stack hosts."""


@dataclass(frozen=True)
class PrivateImage:
    """A repository of a private registry."""

    account: str
    region: str
    repository: str


def private_image(image: str) -> PrivateImage | None:
    """Where an image of a private ECR registry lives; None for any other image."""
    found = PRIVATE.match(image)
    return PrivateImage(found["account"], found["region"], found["name"]) if found else None
