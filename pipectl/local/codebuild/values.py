"""Values that a build fetches before it starts: Systems Manager parameters and Secrets Manager secrets.

The names of both errors are those that the phase context of a build shows (user guide, troubleshooting).
"""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

from pipectl.facts.calls.secrets import parameter_calls, secret_calls
from pipectl.facts.place import Place
from pipectl.local.permissions import DeniedError, keys

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipectl.facts.calls.call import Call
    from pipectl.local.permissions import Caller

_PARTS = 4  # secret-id:json-key:version-stage:version-id


class FetchError(Exception):
    """A value that could not be fetched; `code` is the status code of the phase context."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class ParameterReader:
    """Reads parameters, decrypted."""

    def __init__(self, role: Caller, account: str, region: str) -> None:
        self._world, self._account, self._region = role.world, account, region
        self._role = role

    def __call__(self, name: str) -> str:
        with self._world.lock:
            self._require(parameter_calls([name], self._place, ""))
            found = self._world.moto("ssm", self._account, self._region).get_parameter(name)
            if found is None:
                raise FetchError("Decrypted Variables Error", f"parameter does not exist: {name}")
            encrypted = found.parameter_type == "SecureString"
            if encrypted:
                self._use_key(found.keyid)
            return str(found.decrypt(found.value) if encrypted else found.value)

    @property
    def _place(self) -> Place:
        return Place(self._world.partition(self._region), self._region, self._account)

    def _require(self, calls: Iterable[Call]) -> None:
        """The words as in aws/aws-cdk#9980"""
        try:
            for call in calls:
                self._role.require(call.action, call.resource, call.context)
        except DeniedError as denied:
            raise FetchError("Decrypted Variables Error", _denied(str(denied))) from None

    def _use_key(self, key: str) -> None:
        """The words as in tryolabs/aws-workshop#6"""
        try:
            keys.require(self._role, key, self._region, self._account, ["kms:Decrypt"])
        except DeniedError as denied:
            said = (
                "The ciphertext refers to a customer master key that does not exist, does not exist in this "
                f"region, or you are not allowed to access. ({denied})"
            )
            raise FetchError("Decrypted Variables Error", _denied(said)) from None


class SecretReader:
    """Reads secrets: whole, or one key of a JSON secret."""

    def __init__(self, role: Caller, account: str, region: str) -> None:
        self._world, self._account, self._region = role.world, account, region
        self._role = role

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
            self._require(identity, secrets.secrets.get(identity))
            try:
                found = secrets.get_secret_value(identity, version, "" if version else stage)
            except JsonRESTError as error:
                said = f"{error.error_type}: {error.message}"
                raise FetchError("Secrets Manager Error", said) from error
        return str(found.get("SecretString") or "")

    def _require(self, identity: str, secret: Any | None) -> None:
        """Of the whole ARN; the words as in aws/aws-cdk#12121 and GiamPy5/terraform-aws-directus#10"""
        place = Place(self._world.partition(self._region), self._region, self._account)
        try:
            for call in secret_calls([identity], place, ""):
                self._role.require(call.action, call.resource if secret is None else secret.arn, call.context)
        except DeniedError as denied:
            raise FetchError("Secrets Manager Error", _denied(str(denied))) from None
        key = getattr(secret, "kms_key_id", None)
        try:
            if key:
                keys.require(self._role, key, self._region, self._account, ["kms:Decrypt"])
        except DeniedError as denied:
            raise FetchError(
                "Secrets Manager Error", _denied(f"Access to KMS is not allowed ({denied})")
            ) from None


def _denied(sentence: str) -> str:
    return f"AccessDeniedException: {sentence}\n\tstatus code: 400, request id: {uuid.uuid4()}"


def _parts(reference: str) -> list[str]:
    """An ARN has colons of its own: arn:P:secretsmanager:R:A:secret:NAME"""
    words = reference.split(":")
    own = 7 if words[0] == "arn" else 1
    parts = [":".join(words[:own]), *words[own:]]
    return (parts + [""] * _PARTS)[:_PARTS]


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
