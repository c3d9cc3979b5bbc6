"""From a file to a Document: plain values with their places, and every mistake of the text as a problem.

The bounds on size, depth and expansion hold before anything is built, so that a hostile file costs no more
than a long one.
"""

from typing import Any

import yaml

from pipectl.spec import disk, syntax
from pipectl.spec.document import Document, broken
from pipectl.spec.places import Places, Position
from pipectl.spec.problems import Problem, Severity
from pipectl.spec.tree import Tree, tree

__all__ = ["Document", "parse", "read"]

# libyaml reads about twenty times faster; wheels of PyYAML bring it.
_FASTEST: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read(file: str) -> Document:
    """The document in a file; `file` is the path as the user typed it."""
    text = disk.text_of(file)
    return broken(file, text) if isinstance(text, Problem) else parse(file, text)


def parse(file: str, text: str, loader: Any = _FASTEST) -> Document:
    """The document in a text; `file` is only its name."""
    unprintable = disk.unprintable(text, file)
    if unprintable:
        return broken(file, unprintable)
    found = _tree(file, text, loader)
    root = found.root
    if root is None or not isinstance(root.value, dict):
        return broken(file, *(found.problems or (_no_mapping(file, found),)))
    places = Places(file, root)
    troubled = frozenset(places.mistaken() if found.problems else ())
    return Document(file, root.value, places, found.problems, troubled=troubled)


def _tree(file: str, text: str, loader: Any) -> Tree:
    """An error of syntax hides what else was found, since YAML may have misunderstood all of it."""
    try:
        return tree(file, yaml.parse(text, Loader=loader))
    except yaml.YAMLError as error:
        return Tree(None, (syntax.problem(error, file, text.splitlines()),))
    except (ValueError, OverflowError):
        # PyYAML's own parser lets these out for an escape beyond Unicode (`"\UFFFFFFFF"`).
        return Tree(
            None, (_error(file, (1, 1), "yaml", "an escape (`\\U...`) in this file is no character"),)
        )


def _no_mapping(file: str, found: Tree) -> Problem:
    """Why a text without a mistake is no spec."""
    root = found.root
    if root is None or root.value is None:
        return _error(file, (1, 1), "empty", "the file is empty")
    kind = "a list" if isinstance(root.value, list) else "a single value"
    message = f"the file holds {kind} where keys are wanted"
    return _error(file, root.position, "no-mapping", message, "write `key: value`, one key to a line")


def _error(file: str, position: Position, rule: str, message: str, hint: str | None = None) -> Problem:
    return Problem(file, *position, Severity.ERROR, rule, message, hint)
