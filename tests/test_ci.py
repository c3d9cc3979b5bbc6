"""docs/ci.md is true: its YAML fits the published schemas, and its commands run with its roles."""

import json
import re
import string
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import boto3
import jsonschema
import pytest
import yaml
from check_jsonschema.builtin_schemas import get_builtin_schema

from pipectl import __version__
from tests.readme.blocks import blocks
from tests.readme.workplace import ROOT, environment

PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
PIPELINE, TRANSITION, GITLAB = (
    ".github/workflows/pipeline.yml",
    ".github/workflows/transition.yml",
    ".gitlab-ci.yml",
)
SCHEMAS = {
    PIPELINE: "vendor.github-workflows",
    TRANSITION: "vendor.github-workflows",
    GITLAB: "vendor.gitlab-ci",
}
FILES = {block.text.partition("\n")[0].removeprefix("# "): block.text for block in blocks(PAGE, "yaml")}
TRUST = {
    block.info.partition(" ")[2]: json.loads(block.text)
    for block in blocks(PAGE)
    if block.info.startswith("json ")
}
ACCOUNT = "123456789012"
SPEC = """
pipectl: 1
name: shop
account: "123456789012"
region: eu-west-1
codecommit: {shop: {}}
codebuild:
  shop:
    image: aws/codebuild/amazonlinux-x86_64-standard:5.0
    buildspec: {version: 0.2, phases: {build: {commands: ["true"]}}}
codepipeline:
  shop:
    stages:
      - {name: Source, actions: [{provider: CodeCommit, repository: shop, branch: main}]}
      - {name: Deploy, actions: [{provider: CodeBuild, project: shop}]}
"""
Job = Mapping[str, Any]


class Loader(yaml.SafeLoader):
    """YAML 1.2 as GitHub and GitLab read it: `on` is a text"""


Loader.yaml_implicit_resolvers = {
    first: [(tag, form) for tag, form in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(true|false)$"), list("tf"))


def loaded(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.load(FILES[name], Loader=Loader)  # noqa: S506  a SafeLoader
    return found


def jobs(name: str) -> dict[str, Job]:
    found = loaded(name)
    return (
        dict(found["jobs"])
        if "jobs" in found
        else {key: merged(found, key) for key in found if "script" in found[key]}
    )


def merged(document: Mapping[str, Any], name: str) -> Job:
    """A job of GitLab with what it extends; keys that are mappings are joined"""
    job = document[name]
    above = merged(document, job["extends"]) if "extends" in job else {}
    variables = {**above.get("variables", {}), **job.get("variables", {})}
    return {**above, **job, "variables": variables}


def steps(name: str, job: str, event: str = "push") -> list[Job]:
    """The steps that run at an event of GitHub"""
    return [step for step in jobs(name)[job]["steps"] if "if" not in step or f"'{event}'" in step["if"]]


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_yaml_fits_the_published_schema(name: str) -> None:
    jsonschema.validate(loaded(name), get_builtin_schema(SCHEMAS[name]))


def test_every_file_of_the_page_is_checked() -> None:
    assert sorted(FILES) == sorted(SCHEMAS)
    assert len(TRUST) == 4


@pytest.mark.parametrize("name", [PIPELINE, TRANSITION])
def test_actions_are_pinned_by_commit_and_inputs_never_stand_in_a_script(name: str) -> None:
    for job in jobs(name).values():
        for step in job["steps"]:
            assert "${{" not in step.get("run", ""), step
            assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", step.get("uses", f"a/b@{'0' * 40}")), step
    pinned = re.findall(r"uses: (\S+)(.*)", FILES[name])
    assert [each for each in pinned if not re.fullmatch(r" # v\d+\.\d+\.\d+", each[1])] == []


@pytest.mark.parametrize("name", [PIPELINE, TRANSITION])
def test_a_job_of_github_may_do_no_more_than_it_says(name: str) -> None:
    assert loaded(name)["permissions"] == {}
    for job in jobs(name).values():
        wanted = {"contents": "read", "id-token": "write"}
        comments = any("comments" in step.get("run", "") for step in job["steps"])
        assert job["permissions"] == {**wanted, **({"pull-requests": "write"} if comments else {})}
        assert job["timeout-minutes"] <= 120


def test_only_exact_subjects_may_assume_a_role_but_for_branches_of_merge_requests() -> None:
    for file, document in TRUST.items():
        (statement,) = document["Statement"]
        (provider,) = statement["Principal"].values()
        host = provider.partition("oidc-provider/")[2]
        condition = dict(statement["Condition"])
        patterns = condition.pop("StringLike", {})
        assert patterns == ({} if file != "trust-plan-gitlab.json" else {
            "gitlab.com:sub": "project_path:example/shop:ref_type:branch:ref:*"
        })  # fmt: skip
        assert set(condition) == {"StringEquals"}
        assert {*condition["StringEquals"], *patterns} == {f"{host}:aud", f"{host}:sub"}
        assert "*" not in json.dumps(condition)


def test_jobs_that_change_something_need_the_environment_that_the_role_trusts() -> None:
    subject = "repo:example/shop:environment:production"
    equals = TRUST["trust-create.json"]["Statement"][0]["Condition"]["StringEquals"]
    assert equals["token.actions.githubusercontent.com:sub"] == subject
    for name in SCHEMAS:
        for job in jobs(name).values():
            changes = "shop-ci-create" in json.dumps(job)
            assert (job.get("environment") == "production") is changes
            assert changes or not re.search(r"pipectl (create|enable|disable)", json.dumps(job))


def test_the_release_that_is_installed_is_this_one() -> None:
    versions = re.findall(r"pipectl-aws==(\S+)", PAGE)
    assert len(versions) == 4
    assert set(versions) == {__version__}


def test_the_exit_codes_are_those_of_readme() -> None:
    rows = dict(re.findall(r"^\| (\d) \| (.*?) \|", PAGE, re.MULTILINE))
    assert sorted(rows) == ["1", "2", "3", "4", "5"]


@dataclass
class Runner:
    """A machine of the CI on which the local AWS answers: checkout, programs, and what jobs hand on"""

    folder: Path
    variables: dict[str, str] = field(default_factory=dict)
    administrator: dict[str, str] = field(default_factory=dict)
    """The credentials of who makes the roles"""

    @property
    def here(self) -> Path:
        return self.folder / "here"

    def program(self, name: str, script: str) -> None:
        file = self.folder / "bin" / name
        file.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        file.chmod(0o755)

    def run(self, script: str, variables: Mapping[str, str] | None = None, *, status: int = 0) -> str:
        done = subprocess.run(
            ["bash", "-e", "-c", script],
            cwd=self.here,
            env={**self.variables, **(variables or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == status, f"{script}\n{done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    def role(self, arn: str) -> dict[str, str]:
        """The credentials that a job gets for its token"""
        sts = boto3.client("sts", region_name="eu-west-1", endpoint_url=self.variables["AWS_ENDPOINT_URL"])
        keys = sts.assume_role_with_web_identity(RoleArn=arn, RoleSessionName="ci", WebIdentityToken="token")[
            "Credentials"
        ]
        return {
            "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
            "AWS_SESSION_TOKEN": keys["SessionToken"],
        }

    def github(
        self, name: str, job: str, event: str, values: Mapping[str, str], **variables: str
    ) -> list[str]:
        """Run the steps of a job; `values` are those of the expressions. What each printed."""
        shared, printed = {**loaded(name)["env"], **variables}, []
        for step in steps(name, job, event):
            if arn := step.get("with", {}).get("role-to-assume"):
                shared |= self.role(arn)
            own = {key: values[text.strip("${} ")] for key, text in step.get("env", {}).items()}
            if "run" in step:
                printed.append(self.run(step["run"], {**shared, **own}))
        return printed

    def gitlab(self, job: str, **variables: str) -> list[str]:
        """Run the scripts of a job; boto3 exchanges the token"""
        found = jobs(GITLAB)[job]
        token = {"AWS_WEB_IDENTITY_TOKEN_FILE": str(self.folder / "token")}
        own = {
            key: string.Template(text).safe_substitute(variables) for key, text in found["variables"].items()
        }
        own |= {**token, **variables}
        lines: Sequence[str] = [*found.get("before_script", []), *found["script"]]
        return [self.run(line, own) for line in lines]

    def push(self, message: str) -> str:
        """Commit to the repository of the pipeline; the commit"""
        ask = "aws codecommit get-repository --repository-name shop --output text"
        url = self.run(f"{ask} --query repositoryMetadata.cloneUrlHttp", self.administrator).strip()
        add = f"git add pipectl.yaml && git commit -q -m '{message}' --allow-empty"
        self.run(f"(git init -q -b main; {add}; git push -q '{url}' main)")
        return self.run("git rev-parse HEAD").strip()


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[Runner]:
    runner = Runner(tmp_path, dict(environment(tmp_path)))
    runner.here.mkdir()
    (runner.here / "pipectl.yaml").write_text(SPEC, encoding="utf-8")
    for name, document in TRUST.items():
        (runner.here / name).write_text(json.dumps(document), encoding="utf-8")
    runner.program("pipx", "exit 0")
    runner.program("pip", "exit 0")
    runner.program("python", f'exec "{sys.executable}" "$@"')
    runner.run("pipectl local start")
    try:
        exports = runner.run("pipectl local env")
        known = dict(re.findall(r"^export (\w+)='?([^'\n]*)'?$", exports, re.MULTILINE))
        runner.administrator = {**known, "AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1"}
        runner.variables |= {"AWS_ENDPOINT_URL": known["AWS_ENDPOINT_URL"], "AWS_DEFAULT_REGION": "eu-west-1"}
        yield runner
    finally:
        runner.run("pipectl local stop")


def test_the_workflows_of_github_run_with_their_roles(runner: Runner) -> None:
    (setup,) = blocks(PAGE, "sh github")
    runner.run(setup.text, runner.administrator)
    log, answer = runner.folder / "gh.log", runner.folder / "comments.json"
    answer.write_text("[]")
    runner.program("gh", f'echo "$@" >> {log}; case "$*" in *--paginate*) cat {answer};; esac')
    github = {
        "GITHUB_REPOSITORY": "example/shop",
        "GITHUB_ACTOR": "ann",
        "GITHUB_STEP_SUMMARY": str(runner.folder / "summary.md"),
    }
    values = {"github.token": "token", "github.event.number": "7"}

    runner.github(PIPELINE, "plan", "pull_request", values, **github)
    comment = (runner.here / "plan.md").read_text(encoding="utf-8")
    assert "to create" in comment
    assert "api --method POST repos/example/shop/issues/7/comments --field body=@plan.md" in log.read_text()
    theirs = {"id": 8, "user": {"login": "eve"}, "body": comment}
    mine = {"id": 9, "user": {"login": "github-actions[bot]"}, "body": f"{comment}, as it was"}
    answer.write_text(json.dumps([theirs, mine]))
    (again,) = (
        step["run"] for step in steps(PIPELINE, "plan", "pull_request") if step.get("name") == "Comment"
    )
    runner.run(again, {**github, "GH_TOKEN": "token", "PULL": "7"})
    assert "api --method PATCH repos/example/shop/issues/comments/9 --field body=@plan.md" in log.read_text()

    runner.github(PIPELINE, "plan", "push", values, **github)
    assert "to create" in (runner.folder / "summary.md").read_text(encoding="utf-8")
    install, create, wait = (step["run"] for step in steps(PIPELINE, "create") if "run" in step)
    keys = {**github, **loaded(PIPELINE)["env"], **runner.role(f"arn:aws:iam::{ACCOUNT}:role/shop-ci-create")}
    assert install.startswith("pipx install")
    assert " created in " in runner.run(create, keys)
    assert "succeeded" in runner.run(wait, {**keys, "GITHUB_SHA": runner.push("first")})
    assert "was carried out already" in runner.run(create, keys, status=3)

    inputs = {"inputs.stage": "Deploy", "inputs.reason": "Audit"}
    for change, is_held in (("disable", True), ("enable", False)):
        chosen = {**inputs, "inputs.change": change}
        printed = runner.github(TRANSITION, "transition", "workflow_dispatch", chosen, **github)[-1]
        _, shown, status = printed.rpartition("Source ")
        assert shown
        assert ('"Audit (ann)"' in status) is is_held, printed


class Notes(BaseHTTPRequestHandler):
    """GitLab's notes of one merge request"""

    notes: list[dict[str, Any]] = []  # noqa: RUF012  the one list of the server
    sent: list[str] = []  # noqa: RUF012  the same

    def do_GET(self) -> None:
        self._answer(self.notes)

    def do_POST(self) -> None:
        self.notes.append({"id": 41, **self._body()})
        self._answer(self.notes[-1])

    def do_PUT(self) -> None:
        self.notes[0] |= self._body()
        self._answer(self.notes[0])

    def _body(self) -> dict[str, Any]:
        assert self.headers["PRIVATE-TOKEN"] == "secret"
        found: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.sent.append(f"{self.command} {self.path}")
        return found

    def _answer(self, value: Any) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(value).encode())

    def log_message(self, *args: object) -> None:
        """Nothing"""


@pytest.fixture
def gitlab() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Notes)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/api/v4"
    server.shutdown()
    server.server_close()


def test_the_jobs_of_gitlab_run_with_their_roles(runner: Runner, gitlab: str) -> None:
    (setup,) = blocks(PAGE, "sh gitlab")
    runner.run(setup.text, runner.administrator)
    given = {
        "AWS_TOKEN": "token",
        "CI_PIPELINE_ID": "1",
        "GITLAB_USER_LOGIN": "ann",
        "COMMENT_TOKEN": "secret",
        "CI_API_V4_URL": gitlab,
        "CI_PROJECT_ID": "3",
        "CI_MERGE_REQUEST_IID": "7",
    }
    runner.gitlab("plan", **given)
    runner.gitlab("comment", **given)
    runner.gitlab("comment", **given)
    assert [note["body"] for note in Notes.notes] == [(runner.here / "plan.md").read_text(encoding="utf-8")]
    path = "/api/v4/projects/3/merge_requests/7/notes"
    assert Notes.sent == [f"POST {path}", f"PUT {path}/41"]
    create, wait = jobs(GITLAB)["create"]["script"]
    own = {**jobs(GITLAB)["create"]["variables"], "AWS_WEB_IDENTITY_TOKEN_FILE": str(runner.folder / "token")}
    assert " created in " in runner.run(create, own)
    assert "succeeded" in runner.run(wait, {**own, "CI_COMMIT_SHA": runner.push("first")})
    assert '"Release freeze (ann)"' in runner.gitlab("disable-transition", **given)[-1]
    assert "Release freeze" not in runner.gitlab("enable-transition", **given)[-1]
    assert (runner.folder / "token").stat().st_mode & 0o777 == 0o600
