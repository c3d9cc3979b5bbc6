"""A problem is a line of text, and the right word is found among the known ones."""

import itertools

import pytest

from pipectl.spec.problems import Problem, Severity, choices, did_you_mean, few, nearest, shown


def problem(line: int = 14, column: int = 5, hint: str | None = None) -> Problem:
    return Problem("shop.yaml", line, column, Severity.ERROR, "unknown-key", "unknown key `keep_image`", hint)


def test_a_problem_reads_as_one_line_with_its_place_and_its_way_out() -> None:
    assert str(problem()) == "shop.yaml:14:5: error: unknown key `keep_image`"
    assert str(problem(hint="did you mean `keep_images`?")) == (
        "shop.yaml:14:5: error: unknown key `keep_image`; did you mean `keep_images`?"
    )


def test_problems_sort_by_place_also_when_only_one_has_a_hint() -> None:
    wanted = [problem(2, 9), problem(10, 1), problem(10, 2), problem(10, 2, "look above")]
    assert all(sorted(each) == wanted for each in itertools.permutations(wanted))


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("keep_image", "keep_images"),
        ("Keep-Images", "keep_images"),
        ("repositry", "repository"),
        ("REPOSITORY", "repository"),
        ("colour", None),
        ("", None),
        ("r" * 1000, None),
    ],
)
def test_the_nearest_word_is_near(word: str, meant: str | None) -> None:
    assert nearest(word, ["keep_images", "repository", "branch", "r" * 999]) == meant


def test_a_word_is_not_its_own_nearest() -> None:
    assert nearest("branch", ["branch"]) is None
    assert did_you_mean("branch", ["brunch", "branch"]) == "did you mean `brunch`?"


def test_a_word_of_the_user_is_shown_on_one_line_and_shortened() -> None:
    assert shown("a\nb\x1b[31m") == "`a\\nb\\x1b[31m`"
    assert len(shown("x" * 500)) == 62
    assert shown("x" * 500).endswith("…`")


def test_a_list_of_names_is_bounded_and_names_the_nearest() -> None:
    names = [f"pipeline-{number:03}" for number in range(130)]
    hint = choices("pipelin-077", names, "those there are:")
    assert hint.startswith("did you mean `pipeline-077`? Those there are: pipeline-000, ")
    assert hint.endswith("pipeline-007, 122 more")
    assert choices("x", ["a", "b"], "its stages are") == "its stages are a, b"
    assert few(map(str, range(9))) == "0, 1, 2, 3, 4, 5, 6, 7, 8"
