"""CodeBuild: projects, and builds that really run their buildspec."""

from __future__ import annotations

from pipectl.local.codebuild.commands import CommandBuilds
from pipectl.local.codebuild.fleets import Fleets
from pipectl.local.codebuild.pipelines import PipelineBuilds
from pipectl.local.codebuild.refusals import Refusals
from pipectl.local.codebuild.webhooks import Webhooks


class CodeBuild(PipelineBuilds, CommandBuilds, Webhooks, Fleets, Refusals):
    """The service of one account and Region, put together from its parts."""


SERVICE = CodeBuild
