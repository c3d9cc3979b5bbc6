"""The AWS console's pages: their host in each partition, and the paths to what a pipeline works with.

Sources: AWS General Reference, "AWS Management Console endpoints"; Amazon Web Services in China, "Endpoints
and ARNs"; AWS GovCloud (US) user guide, "Signing in"; AWS European Sovereign Cloud, "Endpoints". The paths
are of links in CodePipeline's notifications, CodeBuild's `deepLink` and the consoles' pages (observed).
"""

from urllib.parse import quote, urlsplit

from pipectl.facts.place import DNS_SUFFIXES, Place, partition

HOSTS = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
    "aws-eusc": "console.amazonaws-eusc.eu",
}
"""Partition -> the console's host, behind the Region. Those of the isolated partitions are not public."""


def _page(place: Place, path: str, fragment: str = "") -> str | None:
    """The URL of a page; None where the partition's console is not known."""
    host = HOSTS.get(place.partition)
    return f"https://{place.region}.{host}/{path}?region={place.region}{fragment}" if host else None


def pipeline(place: Place, name: str) -> str | None:
    """A pipeline with its stages."""
    return _page(place, f"codesuite/codepipeline/pipelines/{quote(name, safe='')}/view")


def execution(place: Place, name: str, identity: str) -> str | None:
    """One execution of a pipeline."""
    path = f"codesuite/codepipeline/pipelines/{quote(name, safe='')}/executions/{quote(identity, safe='')}"
    return _page(place, f"{path}/visualization")


def service(place: Place, cluster: str, name: str, tab: str = "health") -> str | None:
    """An ECS service; `tab` is `health`, `logs`, `deployments`, ..."""
    path = f"ecs/v2/clusters/{quote(cluster, safe='')}/services/{quote(name, safe='')}"
    return _page(place, f"{path}/{tab}")


def log_stream(place: Place, group: str, stream: str) -> str | None:
    """A stream in CloudWatch Logs, whose console takes names that are encoded twice, with `$` for `%`."""
    names = [quote(quote(name, safe=""), safe="").replace("%", "$") for name in (group, stream)]
    return _page(place, "cloudwatch/home", f"#logsV2:log-groups/log-group/{names[0]}/log-events/{names[1]}")


def connections(region: str) -> str:
    """The page on which a person completes a connection (Developer Tools, Settings, Connections)."""
    page = _page(Place(partition(region), region, ""), "codesuite/settings/connections")
    return page or f"https://{region}.{HOSTS['aws']}/codesuite/settings/connections?region={region}"


def is_page(url: str) -> bool:
    """Whether a URL leads to the AWS console, which shows nothing of another endpoint."""
    host = urlsplit(url).hostname or ""
    return any(host == page or host.endswith(f".{page}") for page in HOSTS.values())


def is_aws(url: str) -> bool:
    """Whether an endpoint is AWS's own, as `https://vpce-1.ecs.eu-west-1.vpce.amazonaws.com` is."""
    host = urlsplit(url).hostname or ""
    suffixes = ("amazonaws.com", "api.aws", *DNS_SUFFIXES.values())
    return any(host == suffix or host.endswith(f".{suffix}") for suffix in suffixes)
