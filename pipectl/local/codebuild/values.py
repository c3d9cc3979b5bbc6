"""Values that a build fetches before it starts: Systems Manager parameters and Secrets Manager secrets.

The names of both errors are those that the phase context of a build shows (user guide, troubleshooting).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipectl.local.world import World

_PARTS = 4  # secret-id:json-key:version-stage:version-id


class FetchError(Exception):
    """A value that could not be fetched; `code` is the status code of the phase context."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class ParameterReader:
    """Reads parameters, decrypted."""

    def __init__(self, world: World, account: str, region: str) -> None:
        self._world, self._account, self._region = world, account, region

    def __call__(self, name: str) -> str:
        with self._world.lock:
            found = self._world.moto("ssm", self._account, self._region).get_parameter(name)
            if found is None:
                raise FetchError("Decrypted Variables Error", f"parameter does not exist: {name}")
            encrypted = found.parameter_type == "SecureString"
            return str(found.decrypt(found.value) if encrypted else found.value)


class SecretReader:
    """Reads secrets: whole, or one key of a JSON secret."""

    def __init__(self, world: World, account: str, region: str) -> None:
        self._world, self._account, self._region = world, account, region

    def __call__(self, reference: str) -> str:
        """User guide: `secret-id:json-key:version-stage:version-id`, all but the id optional"""
        identity, key, stage, version = _parts(reference)
        text = self._fetched(identity, version, stage or "AWSCURRENT")
        if not key:
            return text
        try:
            return _as_text(json.loads(text)[key])
        except (ValueError, KeyError, TypeError) as error:
            raise FetchError("Secrets Manager Error", f"the secret {identity} has no key {key}") from error

    def _fetched(self, identity: str, version: str, stage: str) -> str:
        from moto.core.exceptions import JsonRESTError

        with self._world.lock:
            secrets = self._world.moto("secretsmanager", self._account, self._region)
            try:
                found = secrets.get_secret_value(identity, version, "" if version else stage)
            except JsonRESTError as error:
                said = f"{error.code}: {error.message}"
                raise FetchError("Secrets Manager Error", said) from error
        return str(found.get("SecretString") or "")


def _parts(reference: str) -> list[str]:
    """An ARN has colons of its own: arn:P:secretsmanager:R:A:secret:NAME"""
    words = reference.split(":")
    own = 7 if words[0] == "arn" else 1
    parts = [":".join(words[:own]), *words[own:]]
    return (parts + [""] * _PARTS)[:_PARTS]


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
