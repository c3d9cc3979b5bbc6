"""The answers as a spec: YAML with a word beside what is not obvious."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import PurePosixPath

from pipectl.init.answers import Answers

WORD = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*")
PLAIN = r"[\w./-]+"
NO_TEXTS = frozenset({"yes", "no", "on", "off", "true", "false", "null", "y", "n"})
"""Words that YAML takes for something else."""

IMAGE = "$REPOSITORY_URI:$CODEBUILD_RESOLVED_SOURCE_VERSION"
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
    yield f"# {answers.name}: every push to {answers.branch} is built and deployed to Amazon ECS."
    yield "# `pipectl validate` checks this file, `pipectl plan` shows what it would change."
    yield _remarked("pipectl: 1", "the version of this format")
    yield _remarked(f"name: {_text(answers.name)}", "the stack; it tags everything that is made")
    if answers.region:
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
    yield f"  {_text(answers.name)}:"
    yield _remarked("    keep_images: 30", "older images expire")


def _ecs(answers: Answers) -> Iterator[str]:
    yield "ecs:"
    yield _remarked(f"  {_text(answers.cluster or answers.name)}:", "the cluster")
    if answers.cluster:
        yield _remarked("    managed: false", "it is there already and is only used")
    yield "    services:"
    yield f"      {_text(answers.name)}:"
    yield "        task_definition:"
    yield f"          family: {_text(answers.name)}"
    yield _remarked("          cpu: 256", "1024 is one vCPU")
    yield _remarked("          memory: 512", "MiB")
    yield "          containers:"
    named = "the name that the buildspec writes into imagedefinitions.json"
    yield _remarked(f"            {_text(answers.container)}:", named)
    yield _remarked(f"              repository: {_text(answers.name)}", "its image belongs to the pipeline")
    yield f"              ports: [{answers.port}]"
    yield "        desired_count: 1"
    yield f"        subnets: [{', '.join(answers.subnets)}]"
    if answers.security_groups:
        yield f"        security_groups: [{', '.join(answers.security_groups)}]"
    else:
        yield _remarked("        # security_groups: [sg-...]", "the VPC's default group without any")
    if answers.public_ip:
        yield _remarked("        assign_public_ip: true", "the way out of public subnets")
    yield "        deployment:"
    yield _remarked("          circuit_breaker: true", "goes back when a revision does not come up")


def _codebuild(answers: Answers) -> Iterator[str]:
    yield "codebuild:"
    yield f"  {_text(answers.name + '-build')}:"
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
    yield f"  {_text(answers.name)}:"
    yield "    stages:"
    yield "      - name: Source"
    yield "        actions:"
    yield f"          - provider: {'CodeCommit' if answers.in_codecommit else 'CodeStarSourceConnection'}"
    if answers.connection:
        yield f"            connection: {answers.connection}"
    yield f"            repository: {_text(answers.repository)}"
    yield f"            branch: {_text(answers.branch)}"
    yield "      - name: Build"
    yield "        actions:"
    yield "          - provider: CodeBuild"
    yield f"            project: {_text(answers.name + '-build')}"
    yield "      - name: Deploy"
    yield _remarked("        # transition: disabled", "closes the gate before this stage")
    yield "        actions:"
    yield "          - provider: ECS"
    yield f"            cluster: {_text(answers.cluster or answers.name)}"
    yield f"            service: {_text(answers.name)}"


def _text(value: str) -> str:
    """A word as YAML reads it as a text; in quotes where it would be something else."""
    return value if WORD.fullmatch(value) and value.lower() not in NO_TEXTS else json.dumps(value)


def _remarked(line: str, remark: str) -> str:
    return f"{line.ljust(BESIDE - 2)} # {remark}"
