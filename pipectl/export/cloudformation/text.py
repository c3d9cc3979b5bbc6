"""A template as text: YAML with short functions and comments, or JSON."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from pipectl.export.cloudformation.template import Template
from pipectl.export.cloudformation.values import Entry, Fn, Parameter

VERSION = "2010-09-09"
WIDTH = 110


class _Dumper(yaml.SafeDumper):
    """Short functions, texts of several lines as blocks, no anchors, lists indented."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, indentless=False)

    def choose_scalar_style(self) -> Any:
        """PyYAML quotes whatever has a tag; names need no quotes."""
        event: Any = self.event
        is_name = event.tag in ("!Ref", "!GetAtt") and re.fullmatch(r"[\w.:]+", event.value)
        return "" if is_name else super().choose_scalar_style()


def _function(dumper: yaml.SafeDumper, fn: Fn) -> yaml.Node:
    tag = f"!{fn.name}"
    if isinstance(fn.value, list):
        return dumper.represent_sequence(tag, fn.value, flow_style=fn.name != "If")
    style = "|" if "\n" in fn.value else None
    return dumper.represent_scalar(tag, fn.value, style=style)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(Fn, _function)
_Dumper.add_representer(str, _text)


def to_yaml(template: Template) -> str:
    """The template with comments, entry by entry."""
    return "\n".join(_lines(template)) + "\n"


def _lines(template: Template) -> Iterator[str]:
    yield f"AWSTemplateFormatVersion: {VERSION!r}"
    yield _dumped({"Description": _description(template)})
    if template.parameters:
        yield "\n" + _dumped({"Parameters": _parameters(template.parameters)})
    if conditions := template.conditions:
        yield "\n" + _dumped({"Conditions": conditions})
    yield "\nResources:"
    for number, entry in enumerate(template.entries):
        yield ("\n" if number else "") + _indented(_commented(entry, template.resource(entry)))


def _commented(entry: Entry, said: Mapping[str, Any]) -> str:
    head = "".join(f"# {line}\n" for line in entry.comments)
    return head + _dumped({entry.logical: said})


def _description(template: Template) -> str:
    where = "in any account and Region" if template.is_set else "written by pipectl"
    return f"{template.stack}, {where}"


def _parameters(parameters: Mapping[str, Parameter]) -> dict[str, Any]:
    return {
        name: {
            "Type": each.type,
            "Description": each.description,
            **({} if each.default is None else {"Default": each.default}),
            **({"NoEcho": True} if each.is_secret else {}),
        }
        for name, each in parameters.items()
    }


def _dumped(value: Any) -> str:
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, width=WIDTH, allow_unicode=True).rstrip("\n")


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" if line else line for line in text.split("\n"))


def to_json(template: Template) -> str:
    """The template as JSON, which has no comments."""
    document: dict[str, Any] = {"AWSTemplateFormatVersion": VERSION, "Description": _description(template)}
    if template.parameters:
        document["Parameters"] = _parameters(template.parameters)
    if conditions := template.conditions:
        document["Conditions"] = conditions
    document["Resources"] = {entry.logical: template.resource(entry) for entry in template.entries}
    return json.dumps(_long(document), indent=2, ensure_ascii=False)


def _long(value: Any) -> Any:
    """Functions in their long form, the only one that JSON has."""
    if isinstance(value, Fn):
        name = value.name if value.name == "Ref" else f"Fn::{value.name}"
        return {name: value.value.split(".", 1) if value.name == "GetAtt" else _long(value.value)}
    if isinstance(value, Mapping):
        return {key: _long(inner) for key, inner in value.items()}
    return [_long(inner) for inner in value] if isinstance(value, list) else value
