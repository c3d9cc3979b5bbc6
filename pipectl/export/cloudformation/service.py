"""AWS::ECS::TaskDefinition and AWS::ECS::Service; an image that is the pipeline's is a parameter."""

from collections.abc import Iterator, Mapping
from typing import Any

from pipectl.engine.values import Resource
from pipectl.export.cloudformation.values import Entry, Fn, Names, Parameter, pascal
from pipectl.export.shapes import say
from pipectl.kinds import cluster, log_group

TASK = "AWS::ECS::TaskDefinition"
SERVICE = "AWS::ECS::Service"

FIGHT = (
    "The pipeline registers revisions of its own and gives them to the service; CloudFormation sees none of",
    "them. It leaves the service alone until something of this task definition changes in the template: then",
    "it registers a revision with the image below. So give the image that runs now with every such update:",
)


def entries(resource: Resource, names: Names) -> Iterator[Entry]:
    """The task definition and the service of it."""
    logical = names.of(resource)
    task = f"{logical}TaskDefinition"
    images = resource.initial.get("images", {})
    parameters = {container: f"{logical}{pascal(container)}Image" for container in images}
    if len(set(parameters.values())) < len(parameters):  # as for `a-b` and `a_b`
        parameters = {container: f"{logical}{number}Image" for number, container in enumerate(images, 1)}
    yield _task(resource, names, task, parameters)
    yield _service(resource, names, logical, task)


def _task(resource: Resource, names: Names, logical: str, parameters: Mapping[str, str]) -> Entry:
    registered = resource.request["task_definition"]
    properties, lost = say("cloudformation", TASK, registered)
    containers = [_container(each, names, parameters) for each in properties["ContainerDefinitions"]]
    conditions = {
        f"Has{name}": Fn("Not", [Fn("Equals", [Fn("Ref", name), ""])]) for name in parameters.values()
    }
    lines = [f"  {name}: the image of container {container}" for container, name in parameters.items()]
    return Entry(
        logical,
        TASK,
        resource,
        {**properties, "ContainerDefinitions": containers, **names.tags(resource)},
        {"TaskDefinitionArn": None},
        lost=tuple(f"task_definition.{path}" for path in lost),
        comments=(*FIGHT, *lines) if parameters else (),
        parameters={
            name: Parameter(
                "String", f"Image of {container} in {resource.name}; empty: the first", "", container
            )
            for container, name in parameters.items()
        },
        conditions=conditions,
    )


def _container(container: Mapping[str, Any], names: Names, parameters: Mapping[str, str]) -> dict[str, Any]:
    said = {**container, **_logging(container, names)}
    if parameter := parameters.get(container["Name"]):
        said["Image"] = Fn("If", [f"Has{parameter}", Fn("Ref", parameter), container["Image"]])
    return said


def _logging(properties: Mapping[str, Any], names: Names) -> dict[str, Any]:
    """The LogConfiguration of a container or of a service's proxy, in the Region of the stack."""
    logs = properties.get("LogConfiguration") or {}
    options = dict(logs.get("Options") or {})
    if options.get("awslogs-region") in names.regions:
        options["awslogs-region"] = Fn("Ref", "AWS::Region")
    if "awslogs-group" in options:
        options["awslogs-group"] = names.ref(log_group.NAME, options["awslogs-group"])
    return {"LogConfiguration": {**logs, "Options": options}} if options else {}


def _service(resource: Resource, names: Names, logical: str, task: str) -> Entry:
    request = resource.request["service"]
    properties, lost = say("cloudformation", SERVICE, request)
    name = request["cluster"]
    properties |= {
        "Cluster": names.ref(cluster.NAME, name),
        "TaskDefinition": Fn("Ref", task),
        **names.tags(resource),
    }
    if proxy := properties.get("ServiceConnectConfiguration"):
        properties["ServiceConnectConfiguration"] = {**proxy, **_logging(proxy, names)}
    arn = names.account.arn("ecs", f"service/{resource.name}")
    return Entry(logical, SERVICE, resource, properties, {"ServiceArn": arn, "Cluster": name}, lost=lost)
