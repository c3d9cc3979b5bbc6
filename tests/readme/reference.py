"""docs/spec.md beside the models: which keys there are, of which type, with which default.

`python -m tests.readme.reference` writes keys, types and defaults into its tables anew; the meanings are
written by hand and stay. A table belongs to the model that the comment above it names. It also writes
pipectl/spec/grammar.json, by which commands that need only names see whether a spec has the grammar's shape.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pipectl.kinds import BLOCKS
from pipectl.kinds.providers import PROVIDERS, Provider
from pipectl.spec.grammar import file_model
from pipectl.spec.schema import schema
from pipectl.spec.shape import FILE, compact
from tests.readme.workplace import ROOT

PAGE = ROOT / "docs" / "spec.md"
SETTINGS = "Spec"
HEAD = "| key | type | default | meaning |\n|---|---|---|---|\n"
PROVIDERS_HEAD = "| provider | category | keys | inputs | outputs |\n|---|---|---|---|---|\n"

_TABLE = re.compile(r"(?P<mark><!-- (?P<model>\w+) -->\n\n)(?P<table>(?:\|.*\n)*)")
_ROW = re.compile(r"^\| `(?P<key>[^`]+)` \|.*\| (?P<meaning>.*) \|$", re.MULTILINE)
_FORMS = (
    ("role/", "role ARN"),
    ("|alias/", "KMS key"),
    ("^arn:", "ARN"),
    ("^subnet-", "subnet id"),
    ("^sg-", "security group id"),
    ("^vpc-", "VPC id"),
    (r"^\d{12}$", "12 digits, in quotes"),
)
_SHORT = {
    ("Container", "ports"): "list of [port](#port) or number",
    ("Notification", "events"): "text or list of text",
    ("Stage", "transition"): "`enabled`, `disabled` or [transition](#transition)",
}
"""What a validator takes beside what the model says."""
_MEMBERS = {
    "Commands": ("**`commands`**", "`output_variables`", "`output_files`"),
    "Manual": ("`timeout_minutes`",),
}
"""What these providers take that is no configuration but stands beside it in the declaration."""
_TITLES = {
    "CodeCommitRepository": "CodeCommit repository",
    "EcrRepository": "ECR repository",
    "SnsTopic": "SNS topic",
}
_WORDS = {"string": "text", "integer": "number", "boolean": "true or false", "object": "mapping"}


def models() -> Mapping[str, Mapping[str, Any]]:
    """Every model of a spec by its name, as JSON Schema describes it."""
    whole = file_model(BLOCKS).model_json_schema()
    return {SETTINGS: whole, **whole["$defs"]}


def tables(page: str) -> Mapping[str, Mapping[str, str]]:
    """Model -> key -> meaning, as they stand on the page."""
    return {
        table["model"]: {row["key"]: row["meaning"] for row in _ROW.finditer(table["table"])}
        for table in _TABLE.finditer(page)
        if table["model"] != "providers"
    }


def renewed(page: str) -> str:
    """The page with its tables as the models are now, and the meanings that it has."""
    known, meanings = models(), tables(page)

    def table(match: re.Match[str]) -> str:
        name = match["model"]
        if name == "providers":
            return f"{match['mark']}{_providers()}"
        rows = _rows(name, known[name], meanings[name])
        return f"{match['mark']}{HEAD}{''.join(rows)}"

    return _TABLE.sub(table, page)


def _rows(name: str, model: Mapping[str, Any], meanings: Mapping[str, str]) -> Iterator[str]:
    required = set(model.get("required", ()))
    for key, value in model["properties"].items():
        default = "required" if key in required else _default(value)
        kind = _SHORT.get((name, key)) or _kind(value)
        meaning = meanings.get(key) or value.get("description") or ""
        yield f"| `{key}` | {kind} | {default} | {meaning} |\n"


def _default(value: Mapping[str, Any]) -> str:
    default = value.get("default")
    return "" if default in (None, {}, []) else f"`{json.dumps(default).strip(chr(34))}`"


def _kind(value: Mapping[str, Any]) -> str:
    """The type of a value in words."""
    if "anyOf" in value:
        return " or ".join(_kind(each) for each in value["anyOf"] if each.get("type") != "null")
    if "$ref" in value:
        title = _title(value["$ref"].rpartition("/")[2])
        return f"[{title}](#{title.lower().replace(' ', '-')})"
    if "enum" in value or "const" in value:
        return ", ".join(f"`{_word(each)}`" for each in value.get("enum", [value.get("const")]))
    if value.get("type") == "array":
        return f"list of {_kind(value['items'])}"
    if isinstance(value.get("additionalProperties"), Mapping) or "patternProperties" in value:
        inside = value.get("additionalProperties") or next(iter(value["patternProperties"].values()))
        return f"name: {_kind(inside)}"
    form = next((word for part, word in _FORMS if part in str(value.get("pattern"))), None)
    return form or _WORDS[value["type"]] + _bounds(value)


def _word(value: Any) -> str:
    """As the file writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _bounds(value: Mapping[str, Any]) -> str:
    low, high = (value.get(word, value.get(other)) for word, other in (("minimum", "ge"), ("maximum", "le")))
    if low is None and high is None:
        return ""
    return f" {low}-{high}" if low is not None and high is not None else f" from {low}"


def _title(model: str) -> str:
    """The heading of a model's section: `TaskDefinition` -> `task definition`"""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", model).lower()
    return _TITLES.get(model, spaced)


def _providers() -> str:
    """The table of the action providers."""
    rows = [
        f"| `{name}` | {each.category} | {_keys(each, _MEMBERS.get(name, ()))} "
        f"| {_counts(each.inputs)} | {_counts(each.outputs)} |\n"
        for name, kinds in PROVIDERS.items()
        for each in kinds
    ]
    return PROVIDERS_HEAD + "".join(rows)


def _keys(provider: Provider, members: Iterable[str]) -> str:
    words = [f"**`{key}`**" if key in provider.required else f"`{key}`" for key in provider.keys]
    return ", ".join([*words, *members])


def _counts(bounds: tuple[int, int]) -> str:
    low, high = bounds
    return str(low) if low == high else f"{low}-{high}"


def grammar() -> str:
    """The text of pipectl/spec/grammar.json"""
    return json.dumps(compact(schema(BLOCKS)), separators=(",", ":")) + "\n"


if __name__ == "__main__":
    FILE.write_text(grammar(), encoding="utf-8")
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
