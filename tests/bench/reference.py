"""`python reference.py CALLS URL ACCOUNT RECORDED`: the boto3 script of a careful person, side by side.

CALLS is a file of waves, and a wave a list of calls, which were recorded in the account RECORDED. It knows
nothing of pipectl: no spec, no checks, no comparison, no plan, no screen. It does without the
garbage collector, and makes its clients while the first answers are awaited.
"""

import gc
import json
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

SIDE_BY_SIDE = 16


def send(clients: dict[str, Future[Any]], call: dict[str, Any]) -> None:
    """Send one call; it must end as it ended for pipectl"""
    code = None
    try:
        getattr(clients[call["service"]].result(), call["operation"])(**call["params"])
    except ClientError as error:
        code = error.response["Error"]["Code"]
    if code != call["code"]:
        raise SystemExit(f"{call['service']} {call['operation']} answered {code}, to pipectl {call['code']}")


def main(file: str, url: str, account: str, recorded: str) -> None:
    """Send every wave when the one before is answered"""
    told = json.loads(Path(file).read_text(encoding="utf-8").replace(recorded, account))
    session = boto3.Session(
        aws_access_key_id=account, aws_secret_access_key="local", region_name=told["region"]
    )
    config = Config(max_pool_connections=SIDE_BY_SIDE, s3={"addressing_style": "path"})
    services = dict.fromkeys(call["service"] for wave in told["waves"] for call in wave)
    # One after another: a session is not safe to share while it makes a client (boto3 guide, "Session").
    with ThreadPoolExecutor(1) as maker, ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        clients = {
            service: maker.submit(session.client, service, endpoint_url=url, config=config)
            for service in services
        }
        for wave in told["waves"]:
            list(pool.map(partial(send, clients), wave))


if __name__ == "__main__":
    gc.disable()
    main(*sys.argv[1:])
