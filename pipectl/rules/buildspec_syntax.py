"""Buildspecs that CodeBuild refuses, or reads otherwise than one may think."""

from collections.abc import Iterator
from dataclasses import replace

from pipectl.buildspec.finding import Finding
from pipectl.buildspec.grammar import check as findings
from pipectl.kinds.buildspec import Buildspec, Written, buildspec, in_block, written
from pipectl.rules._tools import projects
from pipectl.spec.problems import Problem, Severity, nearest, shown
from pipectl.spec.report import problem_at
from pipectl.spec.spec import Spec

RULE = "buildspec"


def check(spec: Spec) -> Iterator[Problem]:
    """Every buildspec that can be seen. What CodeBuild takes is a warning."""
    for name, project in projects(spec):
        found = buildspec(spec, name, project)
        if found is None:
            text = written(spec, name, project)
            if text is not None:
                yield from _unreadable(spec, name, text)
            continue
        yield from _repeated(found)
        yield from (_problem(found, finding) for finding in findings(found.values))


def _unreadable(spec: Spec, name: str, text: Written) -> Iterator[Problem]:
    """YAML of its own that is wrong; a `file:` that is not there is told where it is read."""
    problem = text.problem or _no_mapping(text)
    if problem.rule == "file":
        return
    severity = problem.severity if text.certain else Severity.WARNING
    message = f"in the buildspec of {name}: {problem.message}"
    problem = replace(problem, rule=RULE, severity=severity, message=message)
    if text.inline:
        place = in_block(spec, name, problem.line, problem.column)
        problem = replace(problem, line=place.line, column=place.column)
    yield problem


def _no_mapping(text: Written) -> Problem:
    finding = next(findings(None))
    return Problem(text.file, 1, 1, Severity.ERROR, RULE, finding.message, finding.hint)


def _repeated(found: Buildspec) -> Iterator[Problem]:
    """What CodeBuild makes of it is written nowhere."""
    text = found.written.text if found.written else None
    for path in text.repeated if text else ():
        message = f"{shown(str(path[-1]))} is written more than once, the last one counts"
        hint = "write it once"
        yield problem_at(found.key_place(path), RULE, message, hint, Severity.WARNING)


def _problem(found: Buildspec, finding: Finding) -> Problem:
    near = nearest(finding.word, finding.choices) if finding.word else None
    hint = f"did you mean {shown(near)}?" if near else finding.hint
    place = found.key_place(finding.path) if finding.at_key else found.place(finding.path)
    problem = found.problem(place, RULE, finding.message, hint)
    return problem if finding.refusal is not None else replace(problem, severity=Severity.WARNING)
