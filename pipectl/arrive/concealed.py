"""Secrets never stand in a spec: what looks like one is read from the environment, and is said so."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, count
from typing import Any

import yaml

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
BLOCKS = ("ecs", "codebuild", "codepipeline")
"""The blocks of a spec whose keys are the names of clusters, projects and pipelines."""
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
    """One walk through the values; the same secret has the same name everywhere."""

    def __init__(self) -> None:
        self.environment: dict[str, str] = {}
        self.files: dict[str, str] = {}
        self.told: dict[str, None] = {}

    def value(self, value: Any, path: Path) -> Any:
        """The value as it may be printed."""
        if isinstance(value, Mapping):
            return {key: self.value(item, (*path, key)) for key, item in self._pair(value, path).items()}
        if isinstance(value, list):
            return [self.value(item, (*path, number)) for number, item in enumerate(value)]
        return self._text(value, path) if isinstance(value, str) else value

    def _pair(self, value: Mapping[str, Any], path: Path) -> Mapping[str, Any]:
        """`{name: PASSWORD, value: ...}`: the name stands beside its value."""
        for name, content in PAIRS:
            said = value.get(content)
            if isinstance(value.get(name), str) and isinstance(said, str) and is_secret(value[name], said):
                return {**value, content: self._hidden(value[name], said, path)}
        return value

    def _text(self, text: str, path: Path) -> str:
        if is_buildspec(path) and of_shell(path, text):
            return self._buildspec(text, path)
        name = _name(path)
        if set(map(str, path)) & NOT_VALUES:
            return self._hidden(name, text, path) if is_secret("", text) else escaped(text)
        if text in self._references():
            return text
        if MASKED.fullmatch(text):
            where = _said(path)
            self.told[f"{where}: AWS does not tell its value; put it in before the pipeline changes"] = None
            return text
        if is_secret(name, text) or _holds_secret(text):
            return self._hidden(name, text, path)
        if text.startswith("file:"):
            return self._hidden(name, text, path, "begins like the name of a file, which it is not", "")
        return escaped(text)

    def _references(self) -> set[str]:
        return {f"${{env:{name}}}" for name in self.environment}

    def _hidden(self, name: str, text: str, path: Path, why: str = HIDDEN, better: str = KEPT) -> str:
        variable = self._variable(name, text, path)
        self.environment[variable] = text
        self.told[
            f"{_said(path)} {why}: the spec reads it from the environment variable {variable}{better}"
        ] = None
        return f"${{env:{variable}}}"

    def _variable(self, name: str, text: str, path: Path) -> str:
        """`ORDERS_PROD_DB_PASSWORD`: whose it is and what; then with the container, then with a number."""
        base, owner = _capitals(name) or "SECRET", _capitals(_owner(path))
        if owner and not base.startswith(owner):
            base = f"{owner}_{base}"
        base = f"_{base}" if base[0].isdigit() else base
        inner = f"{owner}_{_capitals(_container(path))}_{_capitals(name)}".strip("_")
        numbered = (f"{base}_{number}" for number in count(2))
        free = chain([base], [inner] if _container(path) else [], numbered)
        return next(each for each in free if self.environment.get(each, text) == text)

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
    hiding = _Hiding()
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


def _owner(path: Path) -> str:
    """The service, project or pipeline that a value belongs to; empty where it is the whole spec's."""
    words = [str(part) for part in path]
    if words[:1] == ["ecs"] and words[2:3] == ["services"]:
        return words[3]
    return words[1] if len(words) > 2 and words[0] in BLOCKS else ""  # noqa: PLR2004  block, name and key


def _container(path: Path) -> str:
    words = [str(part) for part in path]
    return words[words.index("containers") + 1] if "containers" in words[:-1] else ""


def _capitals(name: str) -> str:
    return re.sub(r"\W", "_", name, flags=re.ASCII).upper()


def _said(path: Path) -> str:
    return ".".join(str(part) for part in path)


__all__ = ["Concealed", "concealed"]
