"""The partition of a Region, held against botocore"""

import botocore.session

from pipectl.aws.account import partition


def test_every_region_is_in_the_partition_that_botocore_knows() -> None:
    session = botocore.session.get_session()
    wrong = [
        (region, name)
        for name in session.get_available_partitions()
        for region in session.get_available_regions("s3", name)
        if partition(region) != name
    ]
    assert wrong == []
    assert len(session.get_available_partitions()) > 5
