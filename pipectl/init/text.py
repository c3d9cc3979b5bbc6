"""The answers as a spec: YAML with a word beside what is not obvious."""

import json
import re
import shlex
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from pipectl.init.answers import Answers
from pipectl.spec.later import LATER

WORD = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*")
PLAIN = r"[\w./-]+"
NO_TEXTS = frozenset({"yes", "no", "on", "off", "true", "false", "null", "y", "n"})
"""Words that YAML takes for something else."""

IMAGE = "$REPOSITORY_URI:$CODEBUILD_RESOLVED_SOURCE_VERSION"
OPEN = "left for later: `pipectl validate` says what to enter"
BESIDE = 41
"""The column of the remarks, as in README."""


def spec_text(answers: Answers) -> str:
    """The whole file."""
    blocks = (_head, _codecommit, _ecr, _ecs, _codebuild, _codepipeline)
    texts = ("\n".join(block(answers)) for block in blocks)
    return "\n\n".join(text for text in texts if text) + "\n"


def _head(answers: Answers) -> Iterator[str]:
    if answers.schema:
        yield f"# yaml-language-server: $schema={answers.schema}"
    yield f"# {answers.title}: every push to {_branch(answers)} is built and deployed to Amazon ECS."
    yield "# `pipectl validate` checks this file, `pipectl plan` shows what it would change."
    yield _remarked("pipectl: 1", "the version of this format")
    if answers.name == LATER:
        yield _open("name: ")
    else:
        yield _remarked(f"name: {_text(answers.name)}", "the stack; it tags everything that is made")
    if answers.region == LATER:
        yield _open("region: ")
    elif answers.region:
        yield f"region: {_text(answers.region)}"
    else:
        yield _remarked("# region: eu-west-1", "without it AWS_REGION or the profile says it")
    yield _remarked('# account: "123456789012"', "a guard: another account is refused")


def _codecommit(answers: Answers) -> Iterator[str]:
    if answers.makes_repository:
        yield "codecommit:"
        yield _remarked(f"  {_text(answers.repository)}: {{}}", "created empty; push your code to it")


def _ecr(answers: Answers) -> Iterator[str]:
    yield "ecr:"
    yield f"  {_text(answers.title)}:"
    yield _remarked("    keep_images: 30", "older images expire")


def _ecs(answers: Answers) -> Iterator[str]:
    yield "ecs:"
    yield _remarked(f"  {_text(answers.cluster or answers.title)}:", "the cluster")
    if answers.cluster:
        yield _remarked("    managed: false", "it is there already and is only used")
    yield "    services:"
    yield f"      {_text(answers.title)}:"
    yield "        task_definition:"
    yield f"          family: {_text(answers.title)}"
    yield _remarked("          cpu: 256", "1024 is one vCPU")
    yield _remarked("          memory: 512", "MiB")
    yield "          containers:"
    named = "the name that the buildspec writes into imagedefinitions.json"
    yield _remarked(f"            {_text(answers.container)}:", named)
    yield _remarked(f"              repository: {_text(answers.title)}", "its image belongs to the pipeline")
    yield _list("              ports", [answers.port])
    yield "        desired_count: 1"
    yield from _network(answers)
    yield from _load_balancer(answers)
    yield "        deployment:"
    yield _remarked("          circuit_breaker: true", "goes back when a revision does not come up")


def _network(answers: Answers) -> Iterator[str]:
    """Subnets, security groups and the address of the tasks."""
    subnets = _list("        subnets", answers.subnets)
    yield _remarked(subnets, "of the local AWS: on AWS enter your own") if answers.local else subnets
    if answers.security_groups:
        yield _list("        security_groups", answers.security_groups)
    else:
        yield _remarked("        # security_groups: [sg-...]", "the VPC's default group without any")
    if answers.public_ip is None:
        yield _open("        assign_public_ip: ")
    elif answers.public_ip:
        yield _remarked("        assign_public_ip: true", "the way out of public subnets")


def _load_balancer(answers: Answers) -> Iterator[str]:
    if not answers.target_group:
        return
    yield "        load_balancer:"
    group = "          target_group: "
    yield _open(group) if answers.target_group == LATER else group + answers.target_group
    yield f"          container: {_text(answers.container)}"
    yield _open("          port: ") if answers.port == LATER else f"          port: {answers.port}"


def _codebuild(answers: Answers) -> Iterator[str]:
    yield "codebuild:"
    yield f"  {_text(answers.title + '-build')}:"
    yield _remarked("    privileged: true", "docker build needs it")
    place = answers.folder.place
    if answers.folder.buildspec:
        file = str(PurePosixPath(place, answers.folder.buildspec))
        yield _remarked(f"    buildspec: {_text(file)}", "in the source repository")
    else:
        yield from _buildspec(answers.container, place or ".")


def _buildspec(container: str, folder: str) -> Iterator[str]:
    """Inline, so that the code needs no file more; REPOSITORY_URI is set by pipectl."""
    login = "aws ecr get-login-password | docker login --username AWS --password-stdin ${REPOSITORY_URI%/*}"
    written = json.dumps([{"name": container, "imageUri": "%s"}], separators=(",", ":"))
    yield _remarked("    buildspec:", "`$NAME` is the shell's here")
    yield "      version: 0.2"
    yield "      phases:"
    yield "        pre_build:"
    yield "          commands:"
    yield f"            - {login}"
    yield "        build:"
    yield "          commands:"
    build = f"docker build -t {IMAGE} {shlex.quote(folder)}"
    yield f"            - {build if re.fullmatch(PLAIN, folder) else json.dumps(build)}"
    yield f"            - docker push {IMAGE}"
    yield f"            - printf '{written}' {IMAGE} > imagedefinitions.json"
    yield "      artifacts:"
    yield "        files: [imagedefinitions.json]"


def _codepipeline(answers: Answers) -> Iterator[str]:
    yield "codepipeline:"
    yield f"  {_text(answers.title)}:"
    yield "    stages:"
    yield "      - name: Source"
    yield "        actions:"
    yield f"          - provider: {'CodeCommit' if answers.in_codecommit else 'CodeStarSourceConnection'}"
    if answers.connection:
        yield _value("            connection: ", answers.connection)
    yield _value("            repository: ", answers.repository)
    yield _value("            branch: ", answers.branch)
    yield "      - name: Build"
    yield "        actions:"
    yield "          - provider: CodeBuild"
    yield f"            project: {_text(answers.title + '-build')}"
    yield "      - name: Deploy"
    yield _remarked("        # transition: disabled", "disables the transition into this stage")
    yield "        actions:"
    yield "          - provider: ECS"
    yield f"            cluster: {_text(answers.cluster or answers.title)}"
    yield f"            service: {_text(answers.title)}"


def _branch(answers: Answers) -> str:
    return "a branch" if answers.branch == LATER else answers.branch


def _list(key: str, values: Sequence[str]) -> str:
    line = f"{key}: [{', '.join(values)}]"
    return _remarked(line, OPEN) if LATER in values else line


def _value(key: str, value: str) -> str:
    return _open(key) if value == LATER else key + (value if value.startswith("arn:") else _text(value))


def _open(key: str) -> str:
    """A placeholder, with where to read what belongs there."""
    return _remarked(key + LATER, OPEN)


def _text(value: str) -> str:
    """A word as YAML reads it as a text; in quotes where it would be something else."""
    return (
        value
        if value == LATER or (WORD.fullmatch(value) and value.lower() not in NO_TEXTS)
        else json.dumps(value)
    )


def _remarked(line: str, remark: str) -> str:
    return f"{line.ljust(BESIDE - 2)} # {remark}"
