"""CodeBuild: projects, and builds that really run their buildspec."""

from __future__ import annotations

from pipectl.local.codebuild.projects import ProjectOperations


class CodeBuild(ProjectOperations):
    """The service of one account and Region, put together from its parts."""


SERVICE = CodeBuild
