"""Commands in hints name the pipeline, so that they can be typed as they stand."""

import pytest

from pipectl.cli import cli
from pipectl.render.naming import naming


def takes_pipeline(command: str) -> bool:
    found = cli.get_command(None, command)  # type: ignore[arg-type]  # no context is needed
    return found is not None and any("-p" in each.opts for each in found.params)


@pytest.mark.parametrize("command", sorted(cli.list_commands(None)))  # type: ignore[arg-type]  # as above
def test_the_pipeline_is_named_in_the_commands_that_take_it_and_in_no_other(command: str) -> None:
    named = naming(f"`pipectl {command}` or `pipectl {command} WORD` helps", "shop")
    more = " -p shop" if takes_pipeline(command) else ""
    assert named == f"`pipectl {command}{more}` or `pipectl {command} WORD{more}` helps"


def test_a_name_that_no_pipeline_can_have_is_told_as_it_was_written() -> None:
    assert naming("`pipectl status` shows it", r"a\q\1") == r"`pipectl status -p a\q\1` shows it"
