"""A project that is not there: the build fails before it begins."""

from collections.abc import Iterator
from functools import partial

from pipectl.doctor._case import Action, Case
from pipectl.doctor._finding import Finding, good, wrong
from pipectl.doctor._tools import each
from pipectl.kinds import project as projects_kind

TITLE = "build project"


def check(case: Case) -> list[Finding]:
    """Every build of a pipeline that is there, in the pipeline's own Region."""
    found = [action for action in case.actions_of("CodeBuild") if action.pipeline.live]
    return each(found, lambda action: action.title, partial(_look, case))


def _look(case: Case, action: Action) -> Iterator[Finding]:
    name = action.value("ProjectName")
    if not name:
        return
    if name in [project.name for project in case.projects() if project.live]:
        yield good(action.title, f"runs {name}")
    else:
        text = f"its project {name} is not there"
        otherwise = "make the project, or name another in the action"
        yield wrong(action.title, text, case.mend(projects_kind.NAME, name, otherwise))
