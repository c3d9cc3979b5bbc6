from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

INSIGHTS = "containerInsights"


def test_only_what_was_set_is_listed_unless_the_effective_settings_are_asked_for(ecs: Any) -> None:
    assert ecs.list_account_settings()["settings"] == []
    ecs.put_account_setting(name=INSIGHTS, value="enabled")
    assert [each["value"] for each in ecs.list_account_settings()["settings"]] == ["enabled"]
    effective = ecs.list_account_settings(effectiveSettings=True)["settings"]
    assert {"serviceLongArnFormat": "enabled", INSIGHTS: "enabled"}.items() <= {
        each["name"]: each["value"] for each in effective
    }.items()


def test_the_default_of_the_account_decides_over_new_clusters(ecs: Any) -> None:
    ecs.put_account_setting_default(name=INSIGHTS, value="enhanced")
    assert ecs.create_cluster(clusterName="shop")["cluster"]["settings"][0]["value"] == "enhanced"


def test_a_deleted_setting_falls_back_to_the_default(ecs: Any) -> None:
    ecs.put_account_setting_default(name=INSIGHTS, value="enabled")
    ecs.put_account_setting(name=INSIGHTS, value="disabled")
    assert ecs.delete_account_setting(name=INSIGHTS)["setting"]["value"] == "disabled"
    assert (
        ecs.list_account_settings(name=INSIGHTS, effectiveSettings=True)["settings"][0]["value"] == "enabled"
    )


def test_an_unknown_value_is_refused(ecs: Any, refused: Callable[..., Any]) -> None:
    message = "Invalid value 'on' for setting containerInsights. Valid values: enabled, disabled, enhanced"
    with refused("InvalidParameterException", message):
        ecs.put_account_setting(name=INSIGHTS, value="on")
