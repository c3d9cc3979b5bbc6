"""XML that a stranger may have written, as a tree; entities are refused, nothing is fetched."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.parsers import expat

if TYPE_CHECKING:
    from collections.abc import Iterator

_DEEPEST = 200


class XmlError(Exception):
    """What is no XML, or XML that defines entities."""


@dataclass
class Element:
    """One element; `text` is all text directly below it."""

    tag: str
    attributes: dict[str, str]
    children: list[Element] = field(default_factory=list)
    text: str = ""

    def get(self, name: str, default: str = "") -> str:
        """An attribute"""
        return self.attributes.get(name, default)

    def number(self, name: str) -> float:
        """An attribute as a number; 0 when it is none"""
        try:
            return float(self.get(name, "0").replace(",", "") or 0)
        except ValueError:
            return 0.0

    def child(self, *tags: str) -> Element | None:
        """The first direct child with one of the tags"""
        return next((child for child in self.children if child.tag in tags), None)

    def all(self, tag: str) -> Iterator[Element]:
        """All elements below with a tag, in the order of the document"""
        for child in self.children:
            if child.tag == tag:
                yield child
            yield from child.all(tag)


def parse(data: bytes) -> Element:
    """The root element; tags without their namespaces. XmlError when it cannot be read"""
    root = Element("", {})
    path = [root]

    def start(tag: str, attributes: dict[str, str]) -> None:
        if len(path) > _DEEPEST:
            raise XmlError("the XML is too deep")
        element = Element(tag.rpartition(":")[2], attributes)
        path[-1].children.append(element)
        path.append(element)

    def text(found: str) -> None:
        path[-1].text += found

    def entity(*_declaration: object) -> None:
        raise XmlError("the XML declares entities")

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _tag: path.pop()
    parser.CharacterDataHandler = text
    parser.EntityDeclHandler = entity
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise XmlError(str(error)) from None
    return root.children[0]
