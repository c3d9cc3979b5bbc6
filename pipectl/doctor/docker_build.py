"""A build that uses docker where its daemon does not run (user guide of CodeBuild, "sample-docker")."""

import re
from collections.abc import Iterator
from functools import partial

from pipectl.aws.cloud import find
from pipectl.doctor._case import Action, Case, Project
from pipectl.doctor._finding import Finding, good, wrong
from pipectl.doctor._tools import each
from pipectl.kinds import project as projects_kind

TITLE = "docker build"
DOCKER = re.compile(
    r"(?:^|[\s;&|(`\"'-])docker(?:-compose)?\s+(?:build|buildx|compose|pull|push|run|save|tag)\b",
    re.MULTILINE,
)
NO_FILE = ("FileDoesNotExistException", "CommitDoesNotExistException", "RepositoryDoesNotExistException",
           "BranchDoesNotExistException", "InvalidCommitException", "FileTooLargeException")  # fmt: skip


def check(case: Case) -> list[Finding]:
    """Every project whose buildspec can be read: inline, or in the CodeCommit repository that it builds."""
    return each(case.projects(), lambda project: project.name, partial(_look, case))


def _look(case: Case, project: Project) -> Iterator[Finding]:
    if (project.shape.get("environment") or {}).get("privilegedMode"):
        return
    text = _buildspec(case, project)
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    if DOCKER.search("\n".join(lines)):
        said = "its build uses docker, and the project may not (no privileged mode)"
        hint = (
            f"turn privileged mode on in the project's environment (`privileged: true` under {project.name})"
        )
        stated = case.stated(projects_kind.NAME).get(project.name)
        may = stated is not None and stated.request["environment"].get("privilegedMode")
        yield wrong(project.name, said, case.mend(projects_kind.NAME, project.name, hint) if may else hint)
    elif text:
        yield good(project.name, "uses no docker")


def _buildspec(case: Case, project: Project) -> str:
    written = str((project.shape.get("source") or {}).get("buildspec") or "")
    if "\n" in written or written.lstrip().startswith("{"):
        return written
    if written.startswith("arn:"):
        return ""
    texts = (_committed(case, source, written or "buildspec.yml") for source in _sources(case, project))
    return next(filter(None, texts), "")


def _sources(case: Case, project: Project) -> Iterator[Action]:
    """The CodeCommit source of each build of the project, by the artifact that it takes."""
    for build in case.actions():
        if build.provider == "CodeBuild" and build.value("ProjectName") == project.name:
            taken = {each["name"] for each in build.shape.get("inputArtifacts") or []}
            for action in build.pipeline.actions:
                made = {each["name"] for each in action.shape.get("outputArtifacts") or []}
                if action.provider == "CodeCommit" and made & taken:
                    yield action


def _committed(case: Case, source: Action, path: str) -> str:
    repository, branch = source.value("RepositoryName"), source.value("BranchName")
    if not repository or not branch:
        return ""
    where = {"repositoryName": repository, "commitSpecifier": branch, "filePath": path}
    found = find(NO_FILE, case.cloud, "codecommit", "get_file", **where)
    content: bytes = (found or {}).get("fileContent", b"")
    return content.decode(errors="replace")
