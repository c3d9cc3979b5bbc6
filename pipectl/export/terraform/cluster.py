"""aws_ecs_cluster, and its capacity providers, which are a resource of their own."""

from collections.abc import Iterator

from pipectl.engine.values import Resource
from pipectl.export.terraform.hcl import Body, Expression
from pipectl.export.terraform.values import Entry, Names, words

TYPE = "aws_ecs_cluster"
NAMESPACE = "aws_service_discovery_http_namespace"
PROVIDERS = ("capacityProviders", "defaultCapacityProviderStrategy")


def entries(resource: Resource, names: Names) -> Iterator[Entry]:
    """The cluster."""
    request = resource.request
    said, lost, ignored = words(TYPE, {key: each for key, each in request.items() if key not in PROVIDERS})
    if "setting" not in said:
        ignored["setting"] = "the spec leaves it to the account's default"
    label = names.of(resource)
    namespace = request.get("serviceConnectDefaults", {}).get("namespace", "")
    looked = {}
    if namespace and not namespace.startswith("arn:"):  # the provider takes ARNs only
        looked = {f'"{NAMESPACE}" "{label}"': {"name": namespace}}
        arn = Expression(f"data.{NAMESPACE}.{label}.arn")
        said["service_connect_defaults"] = Body(namespace=arn)
    body = {**said, **names.tags(resource)}
    yield Entry(TYPE, label, resource, body, resource.name, lost=lost, ignored=ignored, data=looked)
    if any(key in request for key in PROVIDERS):
        strategy = [
            Body(capacity_provider=each["capacityProvider"], weight=each["weight"], base=each["base"])
            for each in request.get("defaultCapacityProviderStrategy", [])
        ]
        providers = {
            "cluster_name": Expression(f"{TYPE}.{label}.name"),
            "capacity_providers": request.get("capacityProviders", []),
            **({"default_capacity_provider_strategy": strategy} if strategy else {}),
        }
        yield Entry(f"{TYPE}_capacity_providers", label, resource, providers, resource.name)
