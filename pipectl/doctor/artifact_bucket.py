"""The bucket of a pipeline's artifacts: without it nothing runs."""

from collections.abc import Iterator
from functools import partial

from pipectl.aws.cloud import find
from pipectl.command import aws
from pipectl.doctor._case import Case, Pipeline
from pipectl.doctor._finding import Finding, good, wrong
from pipectl.doctor._tools import each
from pipectl.kinds import bucket as buckets_kind

TITLE = "artifact bucket"


def check(case: Case) -> list[Finding]:
    """The bucket of every pipeline that is there, in the pipeline's own Region."""
    live = [pipeline for pipeline in case.pipelines() if pipeline.live]
    return each(live, lambda pipeline: pipeline.name, partial(_look, case))


def _look(case: Case, pipeline: Pipeline) -> Iterator[Finding]:
    stores = pipeline.shape.get("artifactStores") or {}
    store = pipeline.shape.get("artifactStore") or stores.get(case.cloud.account.region) or {}
    name = store.get("location")
    if not name:
        return
    if find(["404", "NoSuchBucket", "NotFound"], case.cloud, "s3", "head_bucket", Bucket=name) is None:
        otherwise = f"{aws('s3 mb', f's3://{name}')}, or name another bucket in the pipeline"
        text = f"is not there, and {pipeline.name} keeps its artifacts in it"
        yield wrong(name, text, case.mend(buckets_kind.NAME, name, otherwise))
    else:
        yield good(name, "is there")
