"""The words for one value that does not fit: what it must be, what it is, and the way out."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from pipectl.spec.document import Document
from pipectl.spec.places import Path
from pipectl.spec.problems import nearest, shown
from pipectl.spec.scalars import in_quotes, misread
from pipectl.spec.subject import given

Errors = Sequence[Mapping[str, Any]]


class Phrase(NamedTuple):
    """What stands behind the name of a value, and the rule that it broke."""

    rule: str
    text: str
    hint: str | None = None


PATTERNS = {
    r"^\d{12}$": "12 digits",
    r"^[a-z][a-z0-9-]{0,38}[a-z0-9]$": "2 to 40 small letters, digits and hyphens, a letter first",
    r"^subnet-[0-9a-f]{8}([0-9a-f]{9})?$": "`subnet-` and 8 or 17 hexadecimal digits",
    r"^sg-[0-9a-f]{8}([0-9a-f]{9})?$": "`sg-` and 8 or 17 hexadecimal digits",
    r"^vpc-[0-9a-f]{8,17}$": "`vpc-` and 8 to 17 hexadecimal digits",
    r"^snap-[0-9a-f]+$": "`snap-` and hexadecimal digits",
    r"^arn:aws(-\w+)*:iam::\d{12}:role/.+$": "the ARN of a role, as `arn:aws:iam::123456789012:role/name`",
    r"^arn:aws(-\w+)*:[a-z0-9-]+:[a-z0-9-]*:(\d{12}|aws)?:.+$": (
        "an ARN: `arn:aws:SERVICE:REGION:ACCOUNT:NAME`"
    ),
    r"^(arn:aws(-\w+)*:[a-z0-9-]+:.+|alias/.+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$": (
        "a KMS key: its ARN, `alias/NAME` or its id"
    ),
    r"^[a-z]{2,}(-[a-z]+)+-\d$": "a Region, as `eu-west-1`",
    r"^/([\x21-\x7e]+/)?$": "a path of IAM: `/`, or `/NAME/`",
    r"^[A-Za-z0-9_+=,.@-]{1,32}$": "1 to 32 letters, digits and `_+=,.@-`",
    r"^[A-Za-z0-9.@\-_]{1,100}$": "1 to 100 letters, digits and `.@-_`",
    r"^[A-Za-z0-9@\-_]{1,100}$": "1 to 100 letters, digits and `@-_`",
    r"^[A-Za-z0-9@\-_]{1,128}$": "1 to 128 letters, digits and `@-_`",
    r"^[a-zA-Z0-9_\-]{1,100}$": "1 to 100 letters, digits, `_` and `-`",
    r"^[A-Za-z0-9_-]{1,255}$": "1 to 255 letters, digits, `_` and `-`",
    r"^[0-9A-Za-z_-]{1,35}$": "1 to 35 letters, digits, `_` and `-`",
    r"^[0-9A-Za-z_-]{1,9}$": "1 to 9 letters, digits, `_` and `-`",
    r"^[A-Za-z0-9_ -]{1,64}$": "1 to 64 letters, digits, blanks, `_` and `-`",
    r"^[^@\s]+@[^@\s]+\.[^@\s]+$": "an e-mail address",
    r"^[A-Za-z_][A-Za-z0-9_]*$": "letters, digits and `_`, not beginning with a digit",
}
"""What a pattern of the grammar asks for, in words."""

REASON = r"^[a-zA-Z0-9!@ ().*?\-]{1,300}$"
_REASON_LETTER = re.compile(r"[a-zA-Z0-9!@ ().*?\-]")

LIMITS = {
    "greater_than_equal": ("at least", "ge"),
    "less_than_equal": ("at most", "le"),
    "greater_than": ("more than", "gt"),
    "less_than": ("less than", "lt"),
}
TYPES = {
    "string_type": "a text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_parsing_size": "a whole number",
    "int_from_float": "a whole number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}


def name_phrase(error: Mapping[str, Any]) -> Phrase:
    """The words for a name, the key of a mapping, that does not fit."""
    context = error.get("ctx") or {}
    words = PATTERNS.get(str(context.get("pattern")), "") or str(error["msg"])
    return Phrase("name", f"must be {words}")


def phrase(document: Document, path: Path, errors: Errors) -> Phrase:
    """The words for what pydantic found wrong with one value."""
    error = errors[0]
    kind, context, value = error["type"], error.get("ctx") or {}, error.get("input")
    here = given(document, path, value)
    if kind in LIMITS:
        words, key = LIMITS[kind]
        return Phrase("out-of-range", f"is {here}, but must be {words} {context[key]}")
    if kind == "literal_error":
        return _no_choice(document, path, error)
    if kind == "string_pattern_mismatch":
        return _pattern(here, str(value), context["pattern"])
    if kind.startswith(("too_", "string_too_")):
        return Phrase("size", _size(kind, context))
    if any(each["type"] in TYPES for each in errors):
        return _wrong_type(document, path, errors)
    # What a model says about itself is said in the words of the spec already.
    return Phrase(kind.replace("_", "-"), f": {error['msg']}")


def _wrong_type(document: Document, path: Path, errors: Errors) -> Phrase:
    value = errors[0].get("input")
    wanted = " or ".join(dict.fromkeys(TYPES[each["type"]] for each in errors if each["type"] in TYPES))
    source = document.places.source(path)
    if value is None:
        return Phrase("wrong-type", f"is empty, but must be {wanted}", _instead_of_nothing(wanted))
    read_as = misread(value, source) if source is not None and "a text" in wanted else None
    if source is not None and read_as:
        text = f"must be {wanted}, but YAML reads {shown(source)} as {read_as}"
        return Phrase("yaml-type", text, in_quotes(source))
    text = f"must be {wanted}, not {given(document, path, value)}"
    return Phrase("wrong-type", text, _other_shape(document, path, value, wanted))


def _instead_of_nothing(wanted: str) -> str | None:
    return 'for an empty text write `""`' if wanted == "a text" else None


def _other_shape(document: Document, path: Path, value: Any, wanted: str) -> str | None:
    """How the same is written in the shape that is wanted."""
    if wanted == "a list" and isinstance(value, dict):
        return "begin each entry with `- `"
    if wanted == "a list" and not isinstance(value, list) and document.places.written(path) == value:
        return f"write {shown(f'[{value}]')}"
    if wanted == "a mapping" and isinstance(value, list):
        names = [str(each["name"]) for each in value if isinstance(each, dict) and "name" in each]
        if names:
            return f"the name is the key: {shown(f'{names[0]}:')} and not {shown(f'- name: {names[0]}')}"
        return "write `key: value`, one key to a line, without `- `"
    return None


def _no_choice(document: Document, path: Path, error: Mapping[str, Any]) -> Phrase:
    expected = str(error["ctx"]["expected"])
    choices = re.findall(r"'([^']*)'", expected) or [expected]
    value, source = error.get("input"), document.places.source(path)
    here = given(document, path, value) if value is not None else "empty"
    if len(choices) == 1:
        unquoted = isinstance(value, str) and value == choices[0]
        if unquoted:
            return Phrase("unknown-value", f"cannot be the text {here}", "write it without quotes")
        meant = "a text, or `false` for none" if choices == ["False"] else choices[0]
        return Phrase("unknown-value", f"cannot be {here}", f"write {meant}")
    read_as = misread(value, source) if source is not None and value is not None else None
    if read_as and str(value) != source:
        here = f"{here}, which YAML reads as {read_as}"
    near = nearest(source if source is not None else str(value), choices)
    hint = f"did you mean `{near}`?" if near else f"it is one of {', '.join(choices)}"
    return Phrase("unknown-value", f"cannot be {here}", hint)


def _pattern(here: str, value: str, pattern: str) -> Phrase:
    if pattern == REASON:
        return _reason(here, value)
    words = PATTERNS.get(pattern, f"like {pattern}")
    return Phrase("name", f"is {here}, but must be {words}" if value else f"is empty, but must be {words}")


def _reason(here: str, value: str) -> Phrase:
    """Characters and length of a transition's reason (API reference, DisableStageTransition)."""
    allowed = "AWS takes letters, digits, spaces and `!@().*?-` in a reason"
    wrong = list(dict.fromkeys(each for each in value if not _REASON_LETTER.match(each)))
    if not wrong:
        text = f"has {len(value)} characters" if value else "is empty"
        return Phrase("reason-characters", text, "AWS takes 1 to 300 characters in a reason")
    if here.startswith("what "):
        return Phrase("reason-characters", f"has characters that AWS refuses, in {here}", allowed)
    listed = " ".join(each if each.isprintable() else repr(each)[1:-1] for each in wrong[:10])
    more = " ..." if len(wrong) > 10 else ""  # noqa: PLR2004  as many as are listed above
    return Phrase("reason-characters", f"has characters that AWS refuses: {listed}{more}", allowed)


def _size(kind: str, context: Mapping[str, Any]) -> str:
    unit = "characters" if kind.startswith("string") else "entries"
    length = context.get("actual_length")
    has = f"has {length} {unit}, but " if isinstance(length, int) and length else ""
    if "max_length" in context:
        return f"{has or 'has too many: '}at most {context['max_length']} {unit} are taken"
    least = context.get("min_length")
    return "must not be empty" if least == 1 else f"{has}needs at least {least} {unit}"
