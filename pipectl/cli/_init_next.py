"""What to type after `pipectl init`, exactly, from the written spec to the first deployment."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipectl.cli._init_questions import Account, how_to_connect
from pipectl.cli._options import DEFAULT_FILE, Settings
from pipectl.command import complete_connection, pipectl, with_spec_here
from pipectl.spec.later import LATER

if TYPE_CHECKING:
    from pipectl.init.answers import Answers


@dataclass(frozen=True)
class Step:
    """A command, and a word about it; without a command something to do by hand."""

    command: str = ""
    remark: str = ""


def steps(
    settings: Settings, file: str, answers: "Answers", account: Account, *, incomplete: bool
) -> list[Step]:
    """All of them, in order; the Region stands in the spec. `incomplete`: it has placeholders."""
    options = {"--profile": settings.profile, "--endpoint-url": settings.endpoint_url}
    place = [word for option, value in options.items() if value for word in (option, value)]
    with with_spec_here(["--local", *place] if settings.local else place):
        return list(_steps(settings, file, answers, account, incomplete=incomplete))


def text(found: Sequence[Step]) -> str:
    """Each on a line of its own, so that a whole line can be pasted; what it is for stands below it."""
    return "\n".join(line for step in found for line in _lines(step))


def address(answers: "Answers", account: Account) -> str | None:
    """Where the application will answer, when a load balancer that was seen sends to it."""
    targets = account.offers.targets if account.offers else ()
    url = next((each.url for each in targets if each.arn == answers.target_group), "")
    return f"The application will answer at {url}" if url else None


def _lines(step: Step) -> Iterator[str]:
    if step.command:
        yield f"  {step.command}"
    if step.remark:
        yield f"      {step.remark}" if step.command else f"  {step.remark}"


def _steps(
    settings: Settings, file: str, answers: "Answers", account: Account, *, incomplete: bool
) -> Iterator[Step]:
    spec = None if file == DEFAULT_FILE else file
    files = () if spec is None else ("-f", spec)
    if answers.connection == LATER and not settings.local:
        host = answers.folder.source.host if answers.folder.source else None
        create, page = how_to_connect(host, answers.name, account.region)[1:3]
        yield Step(create.strip(), "prints the ARN for the spec")
        yield Step(remark=page)
    if incomplete:
        yield Step(remark=f"replace each `{LATER}` in {file}, as it is said above")
    yield Step(_plain(pipectl("validate", spec=spec)))
    if not settings.local:
        with with_spec_here(place=("--local",)):
            yield Step(_plain(pipectl("create", spec=spec)), "tries it on the local AWS")
    yield Step(_plain(pipectl("create", spec=spec)))
    if incomplete and not settings.local:
        with with_spec_here(place=("--local",)):
            again = _plain(pipectl("init", *([spec] if spec else []), "--force"))
        yield Step(remark="Without an AWS account, the local AWS answers what is left:")
        yield Step(again)
    if answers.connection and settings.local and answers.connection != LATER:
        top = "/".join(".." for _ in answers.folder.place.split("/")) if answers.folder.place else "."
        yield Step(_plain(complete_connection(answers.connection, "", top)), "connects it to this clone")
        yield Step(_plain(pipectl("start", "--wait", *files)))


def _plain(command: str) -> str:
    return command.strip("`")
