"""The buildspec of a project: inline, or in the CodeCommit repository that the project builds."""

from collections.abc import Iterator

from pipectl.aws.cloud import find
from pipectl.doctor._case import Action, Case, Project

NO_FILE = ("FileDoesNotExistException", "CommitDoesNotExistException", "RepositoryDoesNotExistException",
           "BranchDoesNotExistException", "InvalidCommitException", "FileTooLargeException",
           "PathDoesNotExistException")  # fmt: skip


def without_comments(text: str) -> str:
    """The lines that are no comments."""
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))


def buildspec(case: Case, project: Project) -> str:
    """Its text; empty where it cannot be read."""
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
