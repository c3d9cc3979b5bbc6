"""docs/ is complete and true: every key of a spec, every key of the JSON documents."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

from pipectl.cli import cli
from pipectl.render.logs import line_data
from pipectl.render.wait import ending_data, sign_data
from pipectl.runs.ending import Ending
from pipectl.runs.log_lines import Line, Source
from pipectl.runs.values import Execution, Gate
from pipectl.runs.wait import HELD, Sign
from tests.readme import reference
from tests.readme.blocks import blocks
from tests.readme.workplace import ROOT

if TYPE_CHECKING:
    from tests.conftest import World

PAGE = reference.PAGE.read_text(encoding="utf-8")
OUTPUT = (ROOT / "docs" / "output.md").read_text(encoding="utf-8")
SPEC = str(ROOT / "config" / "friendreminders.yaml")


def test_the_spec_reference_has_every_model() -> None:
    assert sorted(reference.tables(PAGE)) == sorted(reference.models())


def test_the_spec_reference_has_the_keys_types_and_defaults_of_the_models() -> None:
    message = "`python -m tests.readme.reference` writes them anew; the meaning is yours"
    assert reference.renewed(PAGE) == PAGE, message


def test_every_key_of_the_spec_reference_has_a_meaning() -> None:
    tables = reference.tables(PAGE)
    missing = [
        f"{name}.{key}" for name, rows in tables.items() for key, meaning in rows.items() if not meaning
    ]
    assert missing == []


def _examples() -> Mapping[str, Any]:
    """Heading -> the document that stands below it."""
    headings = list(re.finditer(r"^## (.*)$", OUTPUT, re.MULTILINE))
    ends = [*(each.start() for each in headings[1:]), len(OUTPUT)]
    return {
        heading[1]: json.loads(blocks(OUTPUT[heading.end() : end], "json")[0].text)
        for heading, end in zip(headings, ends, strict=True)
    }


def _paths(document: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every key with the mapping that it stands in, lists without their numbers."""
    if isinstance(document, dict):
        for key, value in document.items():
            yield f"{path}.{key}", value
            yield from _paths(value, f"{path}.{key}")
    elif isinstance(document, list):
        for item in document:
            yield from _paths(item, path)


def _agree(example: Any, printed: Any) -> None:
    """Every printed key is in the example, and every key of the example is printed or below a null."""
    seen, shown = dict(_paths(printed)), dict(_paths(example))
    free = {
        path
        for path, value in _paths(example)
        if path.endswith((".before", ".after", ".summary", ".details", ".spec"))
    }
    unknown = [path for path in seen if path not in shown and not any(path.startswith(each) for each in free)]
    assert unknown == []
    nulls = [path for path, value in _paths(printed) if value is None or value == []]
    left_out = (*nulls, *free)
    assert [path for path in shown if path not in seen and not path.startswith(left_out)] == []


@pytest.fixture
def typed(world: "World", tmp_path: Path) -> "Typed":
    return Typed(world, tmp_path)


class Typed:
    """Commands, typed against the local AWS of the test process."""

    def __init__(self, world: "World", folder: Path) -> None:
        self._url = world.server.url
        self._environment = {
            "AWS_ACCESS_KEY_ID": "123456789012",
            "AWS_SECRET_ACCESS_KEY": "local",
            "XDG_STATE_HOME": str(folder),
        }

    def run(self, *words: str) -> Result:
        runner = CliRunner(env=self._environment)
        return runner.invoke(cli, ["--endpoint-url", self._url, *words], prog_name="pipectl")

    def document(self, *words: str) -> Any:
        result = self.run(*words, "-o", "json")
        assert result.stdout, result.output
        return json.loads(result.stdout)


def test_the_documents_of_plan_create_status_and_the_gates_are_as_documented(typed: Typed) -> None:
    examples = _examples()
    _agree(examples["plan"], typed.document("plan", SPEC))
    _agree(examples["policy"], typed.document("policy", SPEC, "--for", "plan"))
    _agree(examples["create"], typed.document("create", SPEC))
    _agree(examples["status"], typed.document("status", SPEC))
    _agree(examples["status --all"], typed.document("status", "--all", SPEC))
    closed = typed.document("disable-transition", "Deploy", "-f", SPEC, "--reason", "Audit")
    _agree(examples["enable-transition and disable-transition"], closed)
    _agree(
        examples["enable-transition and disable-transition"],
        typed.document("enable-transition", "Deploy", "-f", SPEC),
    )


def test_the_file_of_a_kept_plan_is_as_documented(typed: Typed, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    assert typed.run("plan", SPEC, "--out", str(file)).exit_code == 0
    _agree(_examples()["plan --out plan.json"], json.loads(file.read_text(encoding="utf-8")))


def test_the_document_of_import_is_as_documented(typed: Typed) -> None:
    typed.document("create", SPEC)
    _agree(_examples()["import"], typed.document("import", "FriendReminders", "--region", "ap-southeast-1"))


def test_the_documents_of_acts_and_of_the_history_are_as_documented(typed: Typed) -> None:
    typed.document("create", SPEC)
    _agree(_examples()["start"], typed.document("start", "-f", SPEC))
    _agree(_examples()["history"], typed.document("history", "-f", SPEC))
    _agree(_examples()["why"], typed.document("why", "-f", SPEC))
    _agree(_examples()["destroy"], typed.document("destroy", SPEC, "--yes"))


def test_the_document_of_validate_is_as_documented(typed: Typed, tmp_path: Path) -> None:
    file = tmp_path / "shop.yaml"
    file.write_text("pipectl: 1\nname: shop\necr:\n  web: {keep_image: 1}\n")
    result = CliRunner().invoke(cli, ["validate", str(file), "-o", "json"], prog_name="pipectl")
    _agree(_examples()["validate"], json.loads(result.stdout))


def test_the_document_of_logs_is_as_documented() -> None:
    (example,) = _examples()["logs"]
    source = Source("Build", "Build", "CodeBuild", "build", "FriendRemindersBuild:84452d75")
    _agree(example, line_data(Line(source, "Step 1/3")))


def test_the_lines_of_wait_are_as_documented(typed: Typed) -> None:
    typed.document("create", SPEC)
    printed = typed.run("wait", "feedbeef", "-f", SPEC, "--timeout", "0", "-o", "json").stdout.splitlines()
    events = {each["event"]: each for each in _examples()["wait"]}
    for line in map(json.loads, printed):
        _agree(events[line["event"]], line)
    execution = Execution("e1", "InProgress", "4c1e9d0")
    sign = Sign("Deploy", None, HELD, gate=Gate(False, "Audit", "ann"))
    head = {"event": "change", "time": "", "pipeline": "shop", "execution": execution.id}
    _agree(events["change"], {**head, **sign_data(sign)})
    _agree(events["end"]["wait"], ending_data(Ending(execution, "Succeeded")))


def test_every_section_of_the_documents_is_of_a_command(typed: Typed) -> None:
    for heading in _examples():
        for word in heading.split(" and "):
            assert typed.run(*word.split(), "--help").exit_code == 0, heading
