"""The grammar takes whatever YAML may hold, and what it lets through can be carried out."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipectl.buildspec import grammar, values, words
from pipectl.buildspec.text import Mark, TextError, load

NAMES = (*words.TOP, *words.PHASES, *words.PHASE, *words.ENV, *words.ARTIFACTS, *words.REPORT)
KEYS = st.sampled_from([*NAMES, words.OLD_VARIABLES, "x"])
SCALARS = st.one_of(st.none(), st.sampled_from(["", "0.1", "0.2", "a", "yes", "$A", "RETRY-2", "a-b"]))
VALUES = st.recursive(
    SCALARS, lambda part: st.lists(part, max_size=3) | st.dictionaries(KEYS, part, max_size=4), max_leaves=20
)


@given(st.dictionaries(KEYS, VALUES, max_size=5))
def test_no_buildspec_breaks_the_grammar(document: dict[str, Any]) -> None:
    findings = list(grammar.check(document))
    if all(finding.refusal is None for finding in findings):
        assert values.read(document).version in words.VERSIONS


@pytest.mark.parametrize("text", ["&a [*a]", "a: &a {b: *a}", "? [a]\n: b\n", "a: *nothing\n", "[" * 100_000])
def test_a_text_without_end_is_refused(text: str) -> None:
    with pytest.raises(TextError):
        load(text)


def test_aliases_are_not_written_out_without_bound() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    with pytest.raises(TextError, match="too many"):
        load("\n".join(lines))


def test_values_know_their_place_and_plain_values_stay_as_they_are_written() -> None:
    text = load("\ufeffversion: 0.20\r\nenv:\r\n  variables: {A: no, B: ~}\r\n")
    assert text.values == {"version": "0.20", "env": {"variables": {"A": "no", "B": None}}}
    path = ("env", "variables", "B")
    assert (text.place(path), text.key_place(path)) == (Mark(3, 25), Mark(3, 22))
    assert text.key_place(("env", "nothing", "below")) == Mark(2, 1)
