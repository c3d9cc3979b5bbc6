"""A Region is said to lack a service only where two public sources agree."""

import gzip
import json
from pathlib import Path
from typing import Any

import moto
import pytest
from botocore.loaders import create_loader

from pipectl.facts.regional_services import MISSING, UNCERTAIN

PARAMETERS = Path(str(moto.__file__)).parent / "ssm" / "resources" / "regions.json.gz"


def partitions() -> dict[str, Any]:
    found = create_loader().load_data("endpoints")["partitions"]
    return {partition["partition"]: partition for partition in found}


def of_endpoints(service: str) -> set[str]:
    """The Regions that botocore has no endpoint for; a service under two names is in both"""
    names = ("codeconnections", "codestar-connections") if service == "codeconnections" else (service,)
    aws = partitions()["aws"]
    there = {region for name in names for region in aws["services"].get(name, {"endpoints": {}})["endpoints"]}
    return set(aws["regions"]) - there


def of_parameters(service: str) -> set[str]:
    """The Regions that the public SSM parameters tell without the service, as moto has recorded them"""
    told = json.loads(gzip.decompress(PARAMETERS.read_bytes()))
    regions = told["aws"]["service"]["global-infrastructure"]["regions"]
    return {name for name, region in regions.items() if service not in (region.get("services") or {})}


@pytest.mark.parametrize("service", MISSING)
def test_both_sources_know_no_such_service_there(service: str) -> None:
    assert MISSING[service] == of_endpoints(service) & of_parameters(service)


@pytest.mark.parametrize("service", UNCERTAIN)
def test_botocore_has_no_endpoint_in_an_uncertain_partition(service: str) -> None:
    known = {name for name, partition in partitions().items() if service in partition["services"]}
    assert not UNCERTAIN[service] & known
