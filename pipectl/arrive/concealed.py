"""Secrets never stand in a spec: what looks like one is read from the environment, and is said so."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from pipectl.arrive.variable_names import Secret, variable_names
from pipectl.facts.secret_names import is_secret
from pipectl.spec.document import of_shell
from pipectl.spec.places import Path

NOT_VALUES = frozenset({
    "secrets", "secrets_manager", "parameter_store", "depends_on", "policy", "lifecycle_policy", "statements",
    "secretOptions", "inputs", "outputs", "tags", "encryption_key", "encryption_keys", "encryptionKey",
    "image_pull_credentials", "imagePullCredentialsType", "registryCredential", "repositoryCredentials",
    "credentialSpecs", "authorizationConfig",
})  # fmt: skip
"""Keys under which no values of variables stand, but names, references and rules."""

GIVEN = re.compile(
    r"""[\w-]*(?:secret|password|passwd|token|api_?key|master_?key)[\w-]*=["']?[^\s"'$`#{}/:=]{8}""",
    re.IGNORECASE,
)
"""A secret as a command gives it: `--password=open-sesame`, `export TOKEN=...`; `$TOKEN` is none."""
PAIRS = (("name", "value"), ("key", "value"))
MASKED = re.compile(r"\*{4,}")
"""How CodePipeline tells a token that it keeps for itself (API reference, GetPipeline)."""
HIDDEN = "looks like a secret and is not printed"
KEPT = "; better keep it in SSM or Secrets Manager"
REFERENCE = re.compile(r"\$\$\{|\$\{[A-Za-z]+:")


@dataclass(frozen=True)
class Concealed:
    """Values without secrets; `environment` is what stands for them, `told` what is to be said."""

    values: dict[str, Any]
    environment: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    told: tuple[str, ...] = ()


class _Hiding:
    """One walk through the values; a secret without a name is collected and has its own name."""

    def __init__(self, names: Mapping[Secret, str]) -> None:
        self.names = names
        self.secrets: list[Secret] = []
        self.environment: dict[str, str] = {}
        self.files: dict[str, str] = {}
        self.told: dict[str, None] = {}

    def value(self, value: Any, path: Path) -> Any:
        """The value as it may be printed."""
        if isinstance(value, Mapping):
            hidden = self._pair(value, path)
            return {
                key: hidden[key] if key in hidden else self.value(item, (*path, key))
                for key, item in value.items()
            }
        if isinstance(value, list):
            return [self.value(item, (*path, number)) for number, item in enumerate(value)]
        return self._text(value, path) if isinstance(value, str) else value

    def _pair(self, value: Mapping[str, Any], path: Path) -> dict[str, str]:
        """`{name: PASSWORD, value: ...}`: the name stands beside its value; what the spec says for it."""
        for name, content in PAIRS:
            text = value.get(content)
            if isinstance(value.get(name), str) and isinstance(text, str) and is_secret(value[name], text):
                return {content: self._hidden(value[name], text, path)}
        return {}

    def _text(self, text: str, path: Path) -> str:
        if is_buildspec(path) and of_shell(path, text):
            return self._buildspec(text, path)
        name = _name(path)
        if set(map(str, path)) & NOT_VALUES:
            return self._hidden(name, text, path) if is_secret("", text) else escaped(text)
        if MASKED.fullmatch(text):
            where = _said(path)
            self.told[f"{where}: AWS does not tell its value; put it in before the pipeline changes"] = None
            return text
        if is_secret(name, text) or _holds_secret(text):
            return self._hidden(name, text, path)
        if text.startswith("file:"):
            return self._hidden(name, text, path, "begins like the name of a file, which it is not", "")
        return escaped(text)

    def _hidden(self, name: str, text: str, path: Path, why: str = HIDDEN, better: str = KEPT) -> str:
        secret = Secret(path, name, text)
        self.secrets.append(secret)
        variable = self.names.get(secret, name)
        self.environment[variable] = text
        self.told[
            f"{_said(path)} {why}: the spec reads it from the environment variable {variable}{better}"
        ] = None
        return f"${{env:{variable}}}"

    def _buildspec(self, text: str, path: Path) -> str:
        """An inline buildspec belongs to the shell, so a secret in it can only go with all of it."""
        if not _holds_secret(text):
            return text
        name = f"{path[1]}.buildspec.yml"
        self.files[name] = text
        self.told[
            f"the buildspec of codebuild project {path[1]} holds what looks like a secret and is not printed:"
            f" write it to {name} beside the spec (`aws codebuild batch-get-projects --names {path[1]}"
            " --query 'projects[0].source.buildspec' --output text`)"
        ] = None
        return f"file:{name}"


def concealed(values: Mapping[str, Any]) -> Concealed:
    """The values as they may be printed: without secrets, and with `$` as the spec writes it."""
    found = _Hiding({})
    found.value(dict(values), ())
    hiding = _Hiding(variable_names(found.secrets, values))
    said = hiding.value(dict(values), ())
    return Concealed(said, hiding.environment, hiding.files, tuple(hiding.told))


def is_buildspec(path: Path) -> bool:
    """Whether it is the buildspec of a project."""
    return path[:1] == ("codebuild",) and path[2:] == ("buildspec",)


def escaped(text: str) -> str:
    """`${env:X}` of somebody else's is a text here."""
    return text.replace("${", "$${") if REFERENCE.search(text) else text


def _holds_secret(text: str) -> bool:
    """Whether a text has a secret inside: a command, or JSON or YAML, as the variables of an action."""
    if GIVEN.search(text):
        return True
    if not ("\n" in text or text.lstrip().startswith(("{", "["))):
        return False
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError:
        found = None
    return is_secret("", text) or any(is_secret(name, value) for name, value in _pairs(found))


def _pairs(found: Any) -> Iterator[tuple[str, str]]:
    if isinstance(found, dict):
        for name, content in PAIRS:
            plain = found.get("type", "PLAINTEXT") == "PLAINTEXT"
            if plain and isinstance(found.get(name), str) and isinstance(found.get(content), str):
                yield found[name], found[content]
        for key, value in found.items():
            if isinstance(value, str):
                yield str(key), value
            elif str(key) not in ("parameter-store", "secrets-manager"):
                yield from _pairs(value)
    elif isinstance(found, list):
        for each in found:
            yield from _pairs(each)


def _name(path: Path) -> str:
    """The last key on the way that is a name; the `default` of a variable is called like the variable."""
    return next((part for part in reversed(path) if isinstance(part, str) and part != "default"), "")


def _said(path: Path) -> str:
    return ".".join(str(part) for part in path)


__all__ = ["Concealed", "concealed"]
