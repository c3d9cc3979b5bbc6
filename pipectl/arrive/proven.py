"""What the grammar cannot say of a pipeline goes under `aws:`: found by comparing what the kinds design."""

import copy
from collections.abc import Mapping
from typing import Any

from pipectl.arrive.compiled import designed
from pipectl.arrive.looking import Look
from pipectl.kinds import pipeline
from pipectl.kinds.declaration_words import STAGE_WORDS, words

CAMEL = {ours: theirs for theirs, ours in STAGE_WORDS.items()}


def proven(look: Look, values: dict[str, Any], raws: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The values, each condition in AWS's own words where ours mean another thing."""
    said = copy.deepcopy(values)
    made = designed(values, look.account)
    region = look.account.region
    for name, raw in raws.items():
        wanted = (made or {}).get((pipeline.NAME, name))
        block = said["codepipeline"][name]
        if made is not None and (wanted is None or not wanted.managed):
            continue
        ours = words(wanted.request["declaration"], region)["stages"] if wanted else {}
        for number, stage in enumerate(block["stages"]):
            found = words(raw, region)["stages"][stage["name"]]
            block["stages"][number] = _mended(
                stage, raw["stages"][number], found, ours.get(stage["name"], {})
            )
    return said


def _mended(
    stage: dict[str, Any], raw: Mapping[str, Any], found: Mapping[str, Any], ours: Mapping[str, Any]
) -> dict[str, Any]:
    other = [word for word in CAMEL if found[word] is not None and found[word] != ours.get(word)]
    left = {key: value for key, value in stage.items() if key not in other}
    more = {CAMEL[word]: raw[CAMEL[word]] for word in other}
    return {**left, "aws": {**left.get("aws", {}), **more}} if more else left
