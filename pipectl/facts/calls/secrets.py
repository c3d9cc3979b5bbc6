"""What reading secrets and parameters calls, in the name of whoever reads."""

import re
from collections.abc import Iterable, Iterator

from pipectl.facts.calls.call import Call, calls
from pipectl.facts.place import Place

SECRET_ARN_PARTS = 7
VARIABLE = re.compile(r"\$\{?\w+\}?|#\{[^}]*\}")


def parameter_calls(names: Iterable[str], place: Place, source: str) -> Iterator[Call]:
    """Parameters by name or ARN; a shell or pipeline variable in a name becomes `*`."""
    arns = [_parameter(VARIABLE.sub("*", name), place) for name in names]
    yield from calls("ReadParameters", ["ssm:GetParameters"], arns, source)


def _parameter(name: str, place: Place) -> str:
    return name if name.startswith("arn:") else place.arn("ssm", f"parameter/{name.lstrip('/')}")


def secret_calls(references: Iterable[str], place: Place, source: str) -> Iterator[Call]:
    """Secrets by `id:json-key:version-stage:version-id`, where the id is a name or an ARN."""
    arns = [_secret(VARIABLE.sub("*", reference), place) for reference in references]
    yield from calls("ReadSecrets", ["secretsmanager:GetSecretValue"], arns, source)


ENDING = re.compile(r"-[A-Za-z0-9]{6}$")


def _secret(reference: str, place: Place) -> str:
    """The ARN without what stands behind the secret; a secret's ARN ends in six random characters."""
    if reference.startswith("arn:"):
        named = ":".join(reference.split(":")[:SECRET_ARN_PARTS])
        return named if ENDING.search(named) else f"{named}-??????"
    return place.arn("secretsmanager", f"secret:{reference.split(':', maxsplit=1)[0]}-??????")
