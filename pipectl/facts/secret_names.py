"""What is secret: by the name of a variable, or by the looks of a value. The only list of it.

Sources of the shapes: the pages of the services on their tokens (GitHub, GitLab, Slack, npm, Stripe
and others) and the IAM user guide, "Understanding unique ID prefixes". What a name tells is inferred.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

MASKED = "(secret, not shown)"
"""What is shown in the place of a secret."""

WORDS = frozenset(
    [
        "secret",
        "secrets",
        "password",
        "passwords",
        "passwd",
        "passphrase",
        "passcode",
        "pass",
        "pwd",
        "pw",
        "token",
        "tokens",
        "credential",
        "credentials",
        "creds",
        "cred",
        "dsn",
        "apikey",
        "authkey",
        "secretkey",
        "privatekey",
        "accesskey",
        "masterkey",
        "sshkey",
        "signingkey",
        "encryptionkey",
        "authtoken",
        "accesstoken",
        "htpasswd",
    ]
)
"""Words of a name that tell a secret."""
STRONG = frozenset(
    ["api", "private", "secret", "access", "master", "auth", "encryption", "signing", "license", "ssh", "jwt"]
)
"""Words before `key` with which it is a secret wherever it stands: `SECRET_KEY_BASE`."""
ENDINGS = ("password", "passwd", "passphrase", "secret", "token", "apikey", "credentials")
"""What a word that is written in one may end with, as `dbpassword`."""
KEY = frozenset({"key", "keys"})
HARMLESS_KEYS = frozenset(
    [
        "public",
        "pub",
        "publishable",
        "site",
        "kms",
        "cmk",
        "s3",
        "object",
        "bucket",
        "cache",
        "primary",
        "foreign",
        "partition",
        "sort",
        "hash",
        "range",
        "row",
        "index",
        "map",
        "dict",
        "json",
        "yaml",
        "tag",
        "label",
        "metric",
        "routing",
        "group",
        "idempotency",
        "dedup",
        "translation",
        "i18n",
        "message",
        "event",
        "known",
        "artifact",
        "source",
        "order",
        "item",
        "lookup",
        "feature",
        "flag",
        "config",
        "hot",
        "arrow",
        "override",
        "condition",
        "context",
        "bundle",
        "environment",
        "header",
        "query",
        "shift",
        "template",
        "key",
    ]
)
"""Words before `key` with which it is none of a lock: `S3_KEY`, `PUBLIC_KEY`, `CACHE_KEY`."""
ABOUT = frozenset(
    [
        "id",
        "ids",
        "identifier",
        "url",
        "uri",
        "endpoint",
        "host",
        "hostname",
        "port",
        "domain",
        "name",
        "names",
        "arn",
        "arns",
        "path",
        "file",
        "filename",
        "dir",
        "directory",
        "folder",
        "location",
        "prefix",
        "suffix",
        "length",
        "min",
        "max",
        "size",
        "count",
        "limit",
        "limits",
        "ttl",
        "expiry",
        "expires",
        "expiration",
        "lifetime",
        "age",
        "timeout",
        "seconds",
        "minutes",
        "hours",
        "days",
        "ms",
        "minute",
        "second",
        "hour",
        "day",
        "type",
        "kind",
        "policy",
        "enabled",
        "disabled",
        "required",
        "optional",
        "algorithm",
        "alg",
        "version",
        "versions",
        "region",
        "issuer",
        "audience",
        "header",
        "headers",
        "field",
        "fields",
        "format",
        "mode",
        "rotation",
        "manager",
        "store",
        "storage",
        "provider",
        "class",
        "regex",
        "pattern",
        "hint",
        "role",
        "rate",
        "rules",
        "refresh",
        "reset",
        "bucket",
        "table",
        "column",
        "ref",
        "refs",
        "reference",
        "scope",
        "scopes",
        "strategy",
        "backend",
        "driver",
        "engine",
        "encoding",
        "strength",
        "usage",
        "validator",
        "validators",
        "change",
        "options",
        "settings",
        "num",
        "number",
        "index",
        "source",
        "env",
    ]
)
"""Last words with which a name tells something about a secret: `TOKEN_TTL`, `KMS_KEY_ID`, `SECRET_NAME`."""
COUNTED = frozenset({"max", "min", "num", "total", "input", "output", "context"})
"""Words before `tokens` with which they are counted: `MAX_TOKENS`."""
PARAMETERS = frozenset(
    [
        "encryption_key",
        "encryption_keys",
        "encryptionKey",
        "image_pull_credentials",
        "imagePullCredentialsType",
        "registryCredential",
        "repositoryCredentials",
        "credentialsParameter",
        "credentialProvider",
        "credential",
        "credentialSpecs",
        "encryptionKeyOverride",
        "imagePullCredentialsTypeOverride",
        "registryCredentialOverride",
        "clientToken",
        "clientRequestToken",
        "idempotencyToken",
        "nextToken",
    ]
)
"""Keys of specs and parameters of AWS that are called like secrets and hold none, as they are spelled: keys
of KMS, names and ARNs of secrets, tokens of a request (API references of CodeBuild, CodePipeline and ECS)."""

ACCESS_KEY = r"\b(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}\b"
"""An access key of AWS (IAM user guide, "Understanding unique ID prefixes")."""

SHAPES = (
    ACCESS_KEY,
    r"-----BEGIN [A-Z ]*PRIVATE KEY",
    r"\bgh[pousr]_[A-Za-z0-9]{30,}",
    r"\bgithub_pat_\w{30,}",
    r"\bgl(?:pat|ptt|dt|rt|cbt|ft|soat|agent)-[\w-]{20,}",
    r"\bxox[abeoprs]-[\w-]{10,}",
    r"\bxapp-\d-[\w-]{10,}",
    r"hooks\.slack\.com/(?:services|workflows)/[\w/+-]{20,}",
    r"\b[sr]k_(?:live|test)_\w{10,}",
    r"\bwhsec_\w{20,}",
    r"\bSG\.[\w-]{16,}\.[\w-]{16,}",
    r"\bAIza[\w-]{35}",
    r"\bya29\.[\w-]{20,}",
    r"\bGOCSPX-[\w-]{20,}",
    r"\bnpm_[A-Za-z0-9]{36}",
    r"\bpypi-[\w-]{50,}",
    r"\brubygems_[a-f0-9]{48}",
    r"\bdckr_pat_[\w-]{20,}",
    r"\bdo[opr]_v1_[a-f0-9]{64}",
    r"\bhv[sbr]\.[\w-]{20,}",
    r"\bshp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}",
    r"\bsk-(?:ant-|proj-|svcacct-)?[\w-]{20,}",
    r"\bhf_[A-Za-z0-9]{30,}",
    r"\bATATT3[\w=-]{20,}",
    r"\blin_api_\w{30,}",
    r"\bNRAK-[A-Z0-9]{27}",
    r"\bdapi[a-f0-9]{32}\b",
    r"\bkey-[a-f0-9]{32}\b",
    r"\bdp\.(?:pt|st|ct|sa)\.[A-Za-z0-9.]{30,}",
    r"\bAGE-SECRET-KEY-1[A-Z0-9]{50,}",
    r"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]+",
    r"\w://[^/\s:@\"']*:[^/\s:@$#{\"']+@",
    r"(?i:\b(?:password|pwd|accountkey|sharedaccesskey)=[^;\s\"'$#{<]{4,};?)",
)
"""Values that are secrets whatever they are called, as a token of GitHub or an URL with a password."""

VALUE = re.compile("|".join(SHAPES))
RANDOM = re.compile(r"(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[A-Za-z0-9+/=]{32,}|[a-f0-9]{64}")
"""A long text as nobody calls a parameter: base64, as a secret access key, or 64 hexadecimal digits."""
_PEM = re.compile(r"-----BEGIN ([A-Z ]*PRIVATE KEY)-----.*?(?:-----END \1-----|\Z)", re.DOTALL)
_BLANK = re.compile(r"\s")
HARMLESS = re.compile(
    r"(?:|true|false|none|null|yes|no|on|off|\d{0,3}|#\{.*\}|\$.*|/[\w./-]*|arn:.*|file:.*|alias/.*|\*{4,})",
    re.IGNORECASE,
)
"""Switches, references and paths: a name like TOKEN may mean where the token is."""


def is_secret_name(name: str) -> bool:
    """Whether a variable of this name holds a secret: `RAILS_MASTER_KEY`, `dbPassword`, `DSN`."""
    words = words_of(name)
    if not words:
        return False
    *before, last = words
    if last in KEY:
        return bool(before) and before[-1] not in HARMLESS_KEYS
    if last in ABOUT:
        return False
    if last == "tokens" and before and before[-1] in COUNTED:
        return False
    return any(_tells(word) for word in words) or _has_key(words)


def words_of(name: str) -> list[str]:
    """The words of a name in any spelling, in small letters and without numbers at its end."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    words = [word for word in re.split(r"[^A-Za-z0-9]+", spaced.lower()) if word]
    while len(words) > 1 and words[-1].isdigit():
        words.pop()
    return [word.rstrip("0123456789") or word if word != "s3" else word for word in words]


def _tells(word: str) -> bool:
    return word in WORDS or word.endswith(ENDINGS)


def _has_key(words: list[str]) -> bool:
    """`SECRET_KEY_BASE`, `API_KEY_PROD`: a key in the middle, with a word before that tells it."""
    return any(word in KEY and before in STRONG for before, word in pairwise(words))


def is_secret_value(value: str) -> bool:
    """Whether a value is a secret, or has one in it, by its looks alone."""
    return VALUE.search(value) is not None


def is_secret(name: str, value: str) -> bool:
    """Whether a variable of this name and value is a secret, by all that can be told from outside."""
    if is_secret_value(value):
        return True
    return is_secret_name(name) and not HARMLESS.fullmatch(value) and not _is_counted(name, value)


def _is_counted(name: str, value: str) -> bool:
    """Numbers of tokens, keys or passwords are no secrets: `ACCESS_TOKENS: 5000`."""
    return value.isdigit() and words_of(name)[-1:] in (["tokens"], ["keys"], ["secrets"])


def is_misplaced_secret(value: str) -> bool:
    """Whether a value is a secret where only the name of one belongs."""
    return is_secret_value(value) or RANDOM.fullmatch(value) is not None


def redacted(text: str) -> str:
    """A text without the values that are secrets by their looks."""
    return replaced(text, lambda _secret: MASKED)


def replaced(text: str, replacement: Callable[[str], str]) -> str:
    """A text in which every private key, and every word with a secret value in it, is replaced.

    A word goes from blank to blank. The time grows with the length of the text, whatever stands in it.
    """
    if not VALUE.search(text):
        return text
    text = _PEM.sub(lambda found: replacement(found[0]), text)
    pieces, end = [], 0
    while found := VALUE.search(text, end):
        start = max((blank.end() for blank in _BLANK.finditer(text, end, found.start())), default=end)
        stop = _BLANK.search(text, found.end())
        pieces += [text[end:start], replacement(text[start : stop.start() if stop else len(text)])]
        end = stop.start() if stop else len(text)
    return "".join([*pieces, text[end:]])
