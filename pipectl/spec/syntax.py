"""YAML's own errors in plain words, each at the place where the mistake is rather than where it shows."""

import re
from dataclasses import dataclass

import yaml

from pipectl.spec.problems import Problem, Severity, shown

RULE = "yaml"
MOST_LEVELS = 100
TOO_DEEP = f"more than {MOST_LEVELS} levels of nesting"


@dataclass(frozen=True)
class _Wording:
    """Plain words for one error; `{char}` is the character at the place, `{line}` where it showed."""

    context: str  # what YAML was about, as a pattern; libyaml and PyYAML's own parser word it differently
    problem: str
    message: str
    hint: str | None = None
    at_context: bool = False  # the mistake is where YAML began, not where it gave up
    rule: str = RULE


_QUOTES = "write it in quotes"
_WORDINGS = (
    _Wording(
        "simple key",
        "could not find expected ':'",
        "this line has no `:` after its key",
        "write `key: value`, or indent it when it belongs to the text above",
        at_context=True,
    ),
    # the libyaml of PyYAML 6.0.4 stops by itself, at 1,000 levels, and looks ahead of what it hands out
    _Wording("", "maximum nesting depth", TOO_DEEP, rule="yaml-depth"),
    _Wording("", "mapping keys are not allowed", "a value cannot begin with {char}", _QUOTES),
    _Wording(
        "plain scalar",
        "unexpected ':'",
        "a `:` within `[` or `{{` is out of place",
        "put a space after it, or write the text in quotes",
    ),
    _Wording("", "document indicator", "the document ends within a list, a mapping or a quote"),
    _Wording("", "mapping values are not allowed", "a key cannot stand here", "look at the indentation"),
    _Wording(
        "",
        "sequence entries are not allowed",
        "a list cannot begin on the line of its key",
        "put each `- item` on its own line, or write `[item, item]`",
    ),
    _Wording(
        "block mapping",
        "did not find expected key|expected <block end>",
        "the indentation of this line fits no line above it",
        "indent it as far as the keys beside it",
    ),
    _Wording(
        "block collection",
        "did not find expected '-' indicator|expected <block end>",
        "the list above goes on here without a `-`",
        "begin with `- `, or indent as far as the list's key",
    ),
    _Wording(
        "flow sequence",
        "expected ',' or '\\]'",
        "this `[` is not closed where line {line} goes on",
        "close it with `]`, and put a comma between items",
        at_context=True,
    ),
    _Wording(
        "flow mapping",
        "expected ',' or '}'",
        "this `{{` is not closed where line {line} goes on",
        "close it with `}`, and put a comma between entries",
        at_context=True,
    ),
    _Wording(
        "quoted scalar",
        "unexpected (end of stream|document separator)",
        "the quote that opens here is never closed",
        at_context=True,
    ),
    _Wording("", "tab character", "a tab stands where YAML wants spaces", "indent with spaces"),
    _Wording("next token", "cannot start any token", "a value cannot begin with {char}", _QUOTES),
    _Wording("anchor|alias", "", "a value cannot begin with {char}", _QUOTES, at_context=True),
    _Wording(
        "",
        "unknown escape character",
        "a backslash in double quotes begins an escape, and this is none",
        "write the text in single quotes, or `\\\\` for a backslash",
    ),
    _Wording(
        "quoted scalar",
        "Unicode character escape code|escape sequence|hexdecimal",
        "this escape is no character",
        "write the character itself",
    ),
    _Wording(
        "block scalar",
        "comment or line break|indentation indicator|chomping",
        "nothing may follow `|` or `>` on their line",
        "begin the text on the next line",
        at_context=True,
    ),
    _Wording(
        "", "node content", "a value is missing before this place", "write it, or take out what waits for it"
    ),
    _Wording("", "<document start>", "nothing may follow the end of the document"),
    _Wording("directive", "", "a line cannot begin with `%`", _QUOTES, at_context=True),
    _Wording("", "YAML document|%YAML|%TAG", "this `%` line is not of YAML 1.1", "take it out"),
    _Wording(
        "tag|node",
        "tag|'!'|'>'|URI|whitespace|octet",
        "tags (`!...`) are no part of a spec",
        "take it out, or write it in quotes",
        at_context=True,
    ),
)


def problem(error: yaml.YAMLError, file: str, lines: list[str]) -> Problem:
    """The one syntax error at which YAML gave up."""
    mark = error.problem_mark or error.context_mark if isinstance(error, yaml.MarkedYAMLError) else None
    if mark is None or not isinstance(error, yaml.MarkedYAMLError):
        return Problem(file, 1, 1, Severity.ERROR, RULE, f"this is not YAML: {_first_line(error)}")
    line = lines[mark.line] if mark.line < len(lines) else ""
    before = line[: mark.column]
    said = (
        _tabs(lines, mark.line)
        or _on_one_line(error, before)
        or _under_a_glued_key(error, lines, mark.line)
        or _at_the_end(error, [line[mark.column :], *lines[mark.line + 1 :]])
    )
    if said:
        column = said.column or mark.column + 1
        return Problem(file, mark.line + 1, column, Severity.ERROR, said.rule, said.message, said.hint)
    return _worded(error, mark, file, lines)


@dataclass(frozen=True)
class _Said:
    message: str
    hint: str
    rule: str = RULE
    column: int | None = None


def _tabs(lines: list[str], number: int) -> _Said | None:
    """The commonest reason of all, and the one that no editor shows."""
    tabbed = [each for each in range(number, len(lines)) if "\t" in _indentation(lines[each])]
    if number not in tabbed:
        return None
    column = _indentation(lines[number]).index("\t") + 1
    lines_are = "line is" if len(tabbed) == 1 else f"line and {len(tabbed) - 1} below are"
    return _Said(f"this {lines_are} indented with a tab", "indent with spaces", "yaml-tab", column)


def _on_one_line(error: yaml.MarkedYAMLError, before: str) -> _Said | None:
    """A value that ended sooner than its writer thought, because of a `: ` or a quote in it."""
    text = before.strip()
    if _is(error, "mapping values are not allowed") and re.search(r":\s+\S", text):
        return _Said("a second `: ` on one line", "write the value in quotes")
    if not text.strip("-? ") or not _is(error, "did not find expected key|expected <block end>"):
        return None
    if text[-1] in "'\"":
        return _Said("text follows the closing quote", "inside single quotes, a quote is written twice: `''`")
    return _Said("text follows the end of the value", "write the value in quotes")


def _under_a_glued_key(error: yaml.MarkedYAMLError, lines: list[str], number: int) -> _Said | None:
    """`key:value` is one word to YAML, which shows at the next line only."""
    above = next((each for each in reversed(lines[:number]) if each.strip()), "")
    glued = re.fullmatch(r"\s*(?:- +)?([\w.-]+):[^\s/]\S*\s*", above)
    if not glued or not _is(error, "mapping values are not allowed|could not find expected ':'"):
        return None
    return _Said("a key cannot stand here", f"the line above needs a space after `{glued[1]}:`")


def _at_the_end(error: yaml.MarkedYAMLError, after: list[str]) -> _Said | None:
    if any(line.strip() for line in after) or not _is(error, "node content"):
        return None
    return _Said("the file ends where a value is wanted", "close every `[` with `]` and every `{` with `}`")


def _worded(error: yaml.MarkedYAMLError, mark: yaml.Mark, file: str, lines: list[str]) -> Problem:
    for wording in _WORDINGS:
        if _is(error, wording.problem) and re.search(wording.context, error.context or ""):
            place = error.context_mark if wording.at_context and error.context_mark else mark
            message = wording.message.format(char=_character(place, lines), line=mark.line + 1)
            where = (place.line + 1, place.column + 1)
            return Problem(file, *where, Severity.ERROR, wording.rule, message, wording.hint)
    message = f"this is not YAML: {_first_line(error.problem or error.context)}"
    return Problem(file, mark.line + 1, mark.column + 1, Severity.ERROR, RULE, message)


def _is(error: yaml.MarkedYAMLError, pattern: str) -> bool:
    return re.search(pattern, error.problem or "") is not None


def _indentation(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" \t"))]


def _character(mark: yaml.Mark, lines: list[str]) -> str:
    line = lines[mark.line] if mark.line < len(lines) else ""
    return shown(line[mark.column]) if mark.column < len(line) else "the end of the line"


def _first_line(said: object) -> str:
    return str(said).partition("\n")[0]
