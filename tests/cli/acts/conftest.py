"""Small pipelines on the local AWS, brought into a state by real executions, and commands typed at them."""

import json
import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.config import Config
from click.testing import Result

from pipectl.local.server import Server
from tests import roles
from tests.local.codepipeline.conftest import Runs, Shape, action, until
from tests.plain import session

REGION = "eu-west-1"
SCREENS = Path(__file__).parent / "screens"


class Shop(Runs):
    """The pipeline `shop`, the commands that a person types at it, and their screens"""

    def __init__(
        self, client: Callable[..., Any], account: str, server: Server, typed: Callable[..., Result]
    ) -> None:
        role = roles.make(client("iam"), "pipeline", "codepipeline")
        place = {"LocationConstraint": REGION}
        client("s3").create_bucket(Bucket=f"artifacts-{account}", CreateBucketConfiguration=place)
        self.client, self.server, self.account = client, server, account
        self._typed = typed
        self._role = role
        super().__init__(client, self.declared, account)

    def declared(self, *stages: Shape, **members: Any) -> Shape:
        return {
            "name": "shop",
            "roleArn": self._role,
            "artifactStore": {"type": "S3", "location": f"artifacts-{self.account}"},
            "pipelineType": "V2",
            "stages": list(stages),
            **members,
        }

    def type(self, *words: str) -> Result:
        """Type a command"""
        return self._typed(*words, AWS_REGION=REGION)

    def data(self, *words: str) -> Any:
        """What a command prints as JSON; it must succeed"""
        result = self.type(*words, "-o", "json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout.splitlines()[-1] if "--wait" in words else result.stdout)

    def writes(self, *words: str) -> tuple[Result, list[str]]:
        """Type a command, and see which of its calls may have written"""
        self.server.requests.clear()
        result = self.type(*words)
        asked = [call.operation for call in self.server.requests.all() if call.service == "codepipeline"]
        return result, [each for each in asked if not each.startswith(("Get", "List"))]

    def refuses(self, *words: str, code: int = 1) -> str:
        """What is said when the command is refused; nothing is written then"""
        result, writes = self.writes(*words)
        assert (result.exit_code, writes, result.stdout) == (code, [], ""), result.output
        return self.masked(result.stderr)

    def masked(self, text: str) -> str:
        """The text without what differs from run to run: executions are E1, E2, ..., versions V1, ..."""
        executions = list(
            reversed(self.api.list_pipeline_executions(pipelineName="shop")["pipelineExecutionSummaries"])
        )
        for number, each in enumerate(executions, 1):
            text = text.replace(each["pipelineExecutionId"], f"E{number}").replace(
                each["pipelineExecutionId"][:8], f"E{number}"
            )
        versions = dict.fromkeys(
            source["revisionId"] for each in executions for source in each.get("sourceRevisions", [])
        )
        for number, version in enumerate(versions, 1):
            text = text.replace(version, f"V{number}").replace(version[:8], f"V{number}")
        text = re.sub(r"(?:just now|\b\d+ s ago)(?: +$)?", "AGO", text, flags=re.MULTILINE).replace(
            self.account, "ACCOUNT"
        )
        text = re.sub(r"version id: \S+", "version id: VERSION", text)
        text = re.sub(r"since \w{3} \d\d:\d\d \(\d+ s\)", "SINCE", text)
        return re.sub(r"after [\d.]+ s\b", "after TIME", text)

    def working(self, *stages: Shape, answered: bool = False, **members: Any) -> str:
        """A pipeline that has run through, once its approval is answered"""
        first = self.create(*stages, **members)
        if answered:
            self.answer()
        self.ends(first, "Succeeded")
        return first

    def asked(self, stage_name: str = "Gate", name: str = "Approve") -> str:
        """Wait until an approval is asked for"""
        return str(until(lambda: self.token(stage_name, name)))

    def again(self) -> str:
        """A new version, and an execution of it"""
        self.push(readme=f"{time.monotonic()}")
        return self.start()


def deploy(shop: Runs, name: str = "Deploy", bucket: str | None = None, **members: Any) -> Shape:
    """Unpacks the source into a bucket; it fails while the bucket is not there"""
    configuration = {"BucketName": bucket or shop.bucket, "Extract": "true", "ObjectKey": "live"}
    return action(
        name,
        "Deploy",
        "S3",
        configuration=configuration,
        inputArtifacts=[{"name": "SourceOutput"}],
        **members,
    )


def condition(result: str, *, passes: bool) -> Shape:
    rule = {
        "name": "Check",
        "ruleTypeId": {"category": "Rule", "owner": "AWS", "provider": "VariableCheck", "version": "1"},
        "configuration": {"Variable": "a", "Value": "a" if passes else "b", "Operator": "EQ"},
    }
    return {"conditions": [{"result": result, "rules": [rule]}]}


@pytest.fixture
def client(server: Server, account: str) -> Callable[..., Any]:
    config = Config(retries={"total_max_attempts": 1}, read_timeout=60)
    mine = session(account)
    made: dict[str, Any] = {}

    def client(service: str) -> Any:
        if service not in made:
            made[service] = mine.client(
                service,  # type: ignore[call-overload]  # any service
                region_name=REGION,
                endpoint_url=server.url,
                config=config,
            )
        return made[service]

    return client


@pytest.fixture
def shop(client: Callable[..., Any], account: str, server: Server, run: Callable[..., Result]) -> Shop:
    return Shop(client, account, server, run)


@pytest.fixture
def screen(shop: Shop, typed_again: Callable[[str, str], None]) -> Callable[..., None]:
    """Compare with the reviewed text; PIPECTL_REWRITE_SCREENS=1 writes it anew, to be reviewed"""

    def compare(name: str, text: str, *, types: bool = True, whole: bool = False) -> None:
        file, shown = SCREENS / f"{name}.txt", shop.masked(text)
        if os.environ.get("PIPECTL_REWRITE_SCREENS") == "1":
            file.write_text(shown, encoding="utf-8")
        assert shown == file.read_text(encoding="utf-8")
        told, _, _ = text.partition("error:")  # an error is one line, as everywhere
        assert whole or all(len(line) <= 80 for line in told.splitlines())
        typed_again(text if types else "", REGION)

    return compare


@pytest.fixture
def followed(shop: Shop, screen: Callable[..., None]) -> Callable[[str, Result, int], None]:
    """Compare all that a waiting command has told; what was at work is seen by chance and left out"""

    def compare(name: str, result: Result, code: int) -> None:
        assert result.exit_code == code, result.output
        at_work = re.compile(r"  … \S+ +(the condition .*)?is at work\n")
        told = at_work.sub("", result.output)
        screen(f"wait_{name}", told, types=False, whole=True)  # it tells of moments that passed, uncut

    return compare
