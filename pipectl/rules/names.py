"""Names that a service refuses: patterns and lengths of everything that is named by its key.

Names with a field of their own (stages, actions, artifacts, families) are checked by the grammar.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from pipectl.kinds.cluster import Cluster
from pipectl.kinds.notification_block import SnsTopic
from pipectl.kinds.pipeline_block import Pipeline
from pipectl.kinds.project_block import Project
from pipectl.kinds.repository import EcrRepository
from pipectl.kinds.source import CodeCommitRepository
from pipectl.rules._tools import key_error, services
from pipectl.spec.places import Path
from pipectl.spec.problems import Problem, shown
from pipectl.spec.spec import Spec

RULE = "name"


class Names(NamedTuple):
    """What one kind of thing may be called."""

    thing: str
    pattern: str
    words: str


ECS_WORDS = "1 to 255 letters, digits, `_` and `-`"
CODECOMMIT = Names(  # service model, RepositoryName
    "a CodeCommit repository",
    r"(?!.*\.git$)[\w.-]{1,100}",
    "1 to 100 letters, digits and `._-`, no `.git` at the end",
)
ECR = Names(  # service model, RepositoryName
    "an ECR repository",
    r"(?=.{2,256}$)(?:[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*/)*[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*",
    "2 to 256 small letters and digits, with single `.`, `_` or `/` or any `-` between them",
)
CLUSTER = Names("a cluster", r"[A-Za-z0-9_-]{1,255}", ECS_WORDS)  # API reference, CreateCluster
SERVICE = Names("a service", r"[A-Za-z0-9_-]{1,255}", ECS_WORDS)  # API reference, CreateService
CONTAINER = Names("a container", r"[A-Za-z0-9_-]{1,255}", ECS_WORDS)  # service model, ContainerDefinition
PROJECT = Names(  # service model, ProjectName
    "a build project",
    r"[A-Za-z0-9][A-Za-z0-9_-]{1,149}",
    "2 to 150 letters, digits, `_` and `-`, beginning with a letter or digit",
)
PIPELINE = Names(  # service model, PipelineName
    "a pipeline", r"[A-Za-z0-9.@_-]{1,100}", "1 to 100 letters, digits and `.@-_`"
)

TOPIC = Names(  # API reference of SNS, CreateTopic; notifications need a standard topic
    "a topic", r"[A-Za-z0-9_-]{1,256}", "1 to 256 letters, digits, `_` and `-`"
)


def check(spec: Spec) -> Iterator[Problem]:
    """Every key that names a thing."""
    for path, names in _named(spec):
        name = str(path[-1])
        if not re.fullmatch(names.pattern, name, re.ASCII):
            message = f"{names.thing} cannot be called {shown(name)}"
            yield key_error(spec, path, RULE, message, f"its name has {names.words}")


def _named(spec: Spec) -> Iterator[tuple[Path, Names]]:
    yield from ((("codecommit", name), CODECOMMIT) for name in spec.all(CodeCommitRepository))
    yield from ((("ecr", name), ECR) for name in spec.all(EcrRepository))
    yield from ((("ecs", name), CLUSTER) for name in spec.all(Cluster))
    yield from ((("codebuild", name), PROJECT) for name in spec.all(Project))
    yield from ((("codepipeline", name), PIPELINE) for name in spec.all(Pipeline))
    yield from ((("sns", name), TOPIC) for name in spec.all(SnsTopic))
    for service in services(spec):
        yield service.path, SERVICE
        yield from ((path, CONTAINER) for _, _, path in service.containers())
