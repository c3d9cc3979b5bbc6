"""Keys of KMS under their many names: an id, an ARN, an alias, an alias' ARN."""

from collections.abc import Iterable, Iterator

from pipectl.aws.account import Account
from pipectl.aws.cloud import Cloud, find
from pipectl.aws.permissions import Need, Purpose, using_key
from pipectl.errors import AccessDenied

ALIAS = "alias/"
MISSING = ""
"""The key of an alias that does not exist."""


def key_arn(account: Account, name: str) -> str:
    """The ARN of a key or an alias, which are named by it, by a key's id or by `alias/NAME`.

    API reference of KMS, DescribeKey, KeyId.
    """
    if name.startswith("arn:"):
        return name
    return account.arn("kms", name if name.startswith(ALIAS) else f"key/{name}")


def is_alias(name: str) -> bool:
    """Whether a key is named by an alias, whose key only KMS knows."""
    return name.startswith(ALIAS) or f":{ALIAS}" in name


def as_stated(cloud: Cloud, stated: str | None, found: str | None) -> str | None:
    """What was found of a key: as it is stated where both are the same key, or where nobody may say.

    KMS is asked for aliases only, by DescribeKey.
    """
    if stated is None or found is None or stated == found:
        return found
    return found if is_same(cloud, stated, found) is False else stated


def is_same(cloud: Cloud, one: str, other: str) -> bool | None:
    """Whether two names mean one key; None when KMS does not tell."""
    names = [key_arn(cloud.account, name) for name in (one, other)]
    if names[0] == names[1]:
        return True
    keys = [_key(cloud, name) if is_alias(name) else name for name in names]
    if None in keys:
        return None
    if MISSING in keys:  # two aliases of which one is not there are not one key; a key may have had it
        return False if all(map(is_alias, names)) else None
    return keys[0] == keys[1]


def _key(cloud: Cloud, alias: str) -> str | None:
    try:
        answer = find(("NotFoundException",), cloud, "kms", "describe_key", KeyId=alias)
    except AccessDenied:
        return None
    return str(answer["KeyMetadata"]["Arn"]) if answer else MISSING


def looking_up(account: Account, names: Iterable[str | None]) -> Iterator[Need]:
    """What resolving aliases needs of the caller (Service Authorization Reference, AWS KMS)."""
    for name in names:
        if name and is_alias(name):
            yield from using_key(Purpose.PLAN, account, name, "kms:DescribeKey")
