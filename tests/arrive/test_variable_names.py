"""One variable of the environment never stands for two secrets"""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from pipectl.arrive.concealed import concealed

CLUSTERS = ("shop", "web", "w")
"""One is called like the service, one like its beginning"""


def service(**values: str) -> dict[str, Any]:
    """A service whose containers have these passwords"""
    containers = {name: {"environment": {"DB_PASSWORD": value}} for name, value in values.items()}
    return {"task_definition": {"containers": containers}}


def cluster(name: str) -> dict[str, Any]:
    """A cluster with the service that all of them have"""
    return {name: {"services": {"web": service(web=f"open-sesame-{name}")}}}


def texts(value: Any) -> Iterator[str]:
    """All texts of a spec"""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from texts(item)
    elif isinstance(value, str):
        yield value


def test_imports_of_systems_whose_services_share_a_name_share_no_variable() -> None:
    imports = [concealed({"ecs": cluster(name)}) for name in CLUSTERS]
    assert [list(found.environment) for found in imports] == [
        ["SHOP_WEB_DB_PASSWORD"],
        ["WEB_DB_PASSWORD"],
        ["W_WEB_DB_PASSWORD"],
    ]


def test_clusters_that_a_service_begins_with_are_told_apart() -> None:
    names = ("orders", "orders-prod", "orders-prod-web")
    service_of = {"orders-prod-web": service(web="open-sesame")}
    imports = [concealed({"ecs": {name: {"services": service_of}}}) for name in names]
    assert len({name for found in imports for name in found.environment}) == len(names)


def test_one_import_of_several_systems_names_a_secret_as_an_import_of_each_does() -> None:
    clusters = [cluster(name) for name in CLUSTERS]
    together = concealed({"ecs": {**clusters[2], **clusters[0], **clusters[1]}}).environment
    alone: dict[str, str] = {}
    for found in clusters:
        alone |= concealed({"ecs": found}).environment
    assert together == alone


def of_pipeline(*actions: tuple[str, str]) -> dict[str, Any]:
    """A pipeline whose actions have these tokens"""
    blocks = [{"name": name, "aws": {"configuration": {"token": value}}} for name, value in actions]
    return {"stages": [{"name": "Build", "actions": blocks}]}


SYSTEMS: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "containers": (
        {"ecs": {"shop": {"services": {"web": service(web="sesame-1", log="sesame-2", job="sesame-3")}}}},
        {f"SHOP_WEB_{name}_DB_PASSWORD": f"sesame-{n}" for n, name in enumerate(("WEB", "LOG", "JOB"), 1)},
    ),
    "project and pipeline": (
        {
            "codebuild": {"web": {"environment": {"TOKEN": "sesame-1"}}},
            "codepipeline": {"web": {"variables": {"token": {"default": "sesame-2"}}}},
        },
        {"PROJECT_WEB_TOKEN": "sesame-1", "PIPELINE_WEB_TOKEN": "sesame-2"},
    ),
    "service and project": (
        {
            "ecs": {"shop": {"services": {"web": service(app="sesame-1")}}},
            "codebuild": {"shop-web": {"environment": {"DB_PASSWORD": "sesame-2"}}},
        },
        {"SHOP_WEB_APP_DB_PASSWORD": "sesame-1", "SHOP_WEB_DB_PASSWORD": "sesame-2"},
    ),
    "names that read alike": (
        {
            "codebuild": {
                "orders": {"environment": {"API_TOKEN": "sesame-1", "ORDERS_API_TOKEN": "sesame-2"}},
                "orders-api": {"environment": {"TOKEN": "sesame-3"}},
            },
        },
        {
            "ORDERS_API_TOKEN": "sesame-1",
            "ORDERS_ORDERS_API_TOKEN": "sesame-2",
            "ORDERS_API_TOKEN_2": "sesame-3",
        },
    ),
    "actions": (
        {"codepipeline": {"web": of_pipeline(("One", "sesame-1"), ("Two", "sesame-2"))}},
        {"WEB_BUILD_ONE_TOKEN": "sesame-1", "WEB_BUILD_TWO_TOKEN": "sesame-2"},
    ),
    "equal values": (
        {"ecs": {"shop": {"services": {"web": service(web="sesame-1", job="sesame-1")}}}},
        {"SHOP_WEB_DB_PASSWORD": "sesame-1"},
    ),
    "one place": (
        {"codebuild": {"web": {"args": ["--token=sesame-no-1", "--token=sesame-no-2"]}}},
        {"WEB_ARGS": "--token=sesame-no-1", "WEB_ARGS_2": "--token=sesame-no-2"},
    ),
}


@pytest.mark.parametrize("name", SYSTEMS)
def test_different_secrets_of_one_import_have_different_variables(name: str) -> None:
    values, environment = SYSTEMS[name]
    found = concealed(values)
    assert found.environment == environment
    filled = [found.environment.get(text[6:-1], text) for text in texts(found.values)]
    assert filled == list(texts(values))


def test_a_text_that_reads_like_the_variable_of_a_secret_stays_a_text() -> None:
    environment = {"TOKEN": "open-sesame", "NOTE": "${env:WEB_TOKEN}"}
    found = concealed({"codebuild": {"web": {"environment": environment}}})
    assert found.values["codebuild"]["web"]["environment"] == {
        "TOKEN": "${env:WEB_TOKEN}",
        "NOTE": "$${env:WEB_TOKEN}",
    }
