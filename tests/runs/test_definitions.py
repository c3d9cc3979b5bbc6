"""The versions of a definition that AWS still has, and what differs between two."""

from typing import Any

import pytest

from pipectl.errors import AwsError, WrongUsage
from pipectl.runs.definitions import Version, differences, one, versions
from tests.runs.clouds import Scripted

NEWEST, OLDEST = 4000, 3990

Shape = dict[str, Any]


def cloud() -> Scripted:
    """A pipeline that was changed 4,000 times, and whose first versions AWS has forgotten"""

    def answer(version: int = NEWEST, **_: Any) -> Shape:
        if version < OLDEST:
            raise AwsError("codepipeline", "get_pipeline", "PipelineVersionNotFoundException", "")
        return {"pipeline": {"name": "shop", "version": version}}

    return Scripted(get_pipeline=answer)


def test_as_many_versions_are_asked_for_as_are_wanted() -> None:
    asked = cloud()
    assert [each.number for each in versions(asked, "shop", 3)] == [4000, 3999, 3998]
    assert asked.count("get_pipeline") == 3


def test_the_list_ends_where_aws_has_no_more() -> None:
    asked = cloud()
    assert [each.number for each in versions(asked, "shop", 5000)][-1] == OLDEST
    assert asked.count("get_pipeline") <= 1 + 16


def test_a_version_that_is_gone_is_refused_with_the_one_in_force() -> None:
    with pytest.raises(WrongUsage, match="no version 7 of shop") as refused:
        one(cloud(), "shop", 7)
    assert "version 4000 is in force" in str(refused.value.hint)


def version(number: int, **parts: Any) -> Version:
    return Version(number, {"name": "shop", "version": number, **parts})


def stages(*names: str, **configuration: str) -> list[Shape]:
    return [
        {"name": name, "actions": [{"name": name, "configuration": configuration, "runOrder": 1}]}
        for name in names
    ]


def paths(before: Version, after: Version) -> list[str]:
    return [each.path for each in differences(before, after)]


def test_the_number_alone_is_no_difference() -> None:
    assert paths(version(1), version(2)) == []


def test_parts_are_told_by_their_names() -> None:
    before, after = version(1, stages=stages("Build", Key="a")), version(2, stages=stages("Build", Key="b"))
    (found,) = differences(before, after)
    assert (found.path, found.before, found.after) == (
        "stages.Build.actions.Build.configuration.Key",
        "a",
        "b",
    )


def test_another_order_is_a_difference_of_its_own() -> None:
    before, after = version(1, stages=stages("A", "B")), version(2, stages=stages("B", "A"))
    assert paths(before, after) == ["stages.(order)"]


def test_a_new_part_is_told_value_by_value_without_what_is_empty() -> None:
    before, after = version(1, stages=stages("A")), version(2, stages=stages("A", "B", Key="x"))
    assert "stages.B.actions.B.configuration.Key" in paths(before, after)
    assert "stages.B.actions.B.runOrder" in paths(before, after)
