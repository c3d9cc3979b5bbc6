"""Problems of specs, for people and for editors."""

from collections.abc import Callable

from pipectl.errors import InvalidSpec, PipectlError
from pipectl.render.error import error_text
from pipectl.render.marks import Look
from pipectl.render.problems import problems_text
from pipectl.spec.problems import Problem, Severity

Screen = Callable[[str, str], None]

PROBLEMS = [
    Problem(
        "shop.yaml", 14, 5, Severity.ERROR, "unknown-key", "unknown key `keep_image` in ecr.rails_app",
        "did you mean `keep_images`?",
    ),
    Problem(
        "shop.yaml", 41, 20, Severity.ERROR, "container-names",
        "the build writes an image for container `web`, but task definition rails-compose has only `rails`",
    ),
    Problem(
        "shop.yaml", 33, 5, Severity.WARNING, "retired-runtime",
        "runtime docker: 18 is gone from today's build images; leave `runtime-versions` out",
    ),
]  # fmt: skip


def test_a_person_reads_them_wrapped(screen: Screen) -> None:
    screen("problems", problems_text(PROBLEMS, Look(), 80))


def test_an_editor_reads_one_line_each() -> None:
    lines = problems_text(PROBLEMS, Look(), None).splitlines()
    assert len(lines) == 4
    assert lines[0].startswith("shop.yaml:14:5: error: unknown key ")
    assert lines[-1] == "2 errors, 1 warning"


def test_an_invalid_spec_shows_its_problems_instead_of_their_number() -> None:
    assert error_text(InvalidSpec(PROBLEMS), Look()) == problems_text(PROBLEMS, Look(), 80)
    assert error_text(InvalidSpec(PROBLEMS), Look(whole=True)) == problems_text(PROBLEMS, Look(), None)


def test_an_error_without_a_hint_is_one_line() -> None:
    assert error_text(PipectlError("no"), Look()) == "error: no"


def test_an_error_breaks_at_words_on_a_terminal_and_nowhere_in_a_pipe() -> None:
    url = "https://console.aws.amazon.com/codesuite/settings/connections?region=ap-southeast-1&connections-meta=1"
    command = "`aws codestar-connections get-connection --connection-arn arn:aws:codestar-connections:x`"
    error = PipectlError(
        "the connection of the source action Source is not available: somebody completes it at " + url,
        hint=f"{command} shows how it stands, and everything else goes on as it did before that",
    )
    assert error_text(error, Look()).splitlines() == [
        "error: the connection of the source action Source is not available: somebody",
        "       completes it at",
        f"       {url}",
        f"hint: {command}",
        "      shows how it stands, and everything else goes on as it did before that",
    ]
    assert error_text(error, Look(whole=True)).count("\n") == 1


def test_what_aws_says_in_an_error_cannot_steer_the_terminal() -> None:
    text = error_text(PipectlError("a\x1b[2J\nb", hint="c\x07"), Look())
    assert text == "error: a\\x1b[2J\nb\nhint: c\\x07"
