"""What approval and invoke actions call in the pipeline's role's name, and the older deploy providers."""

from collections.abc import Iterator

from pipectl.facts.calls.call import (
    EVERY_RESOURCE,
    GUIDE,
    Call,
    Configuration,
    arn,
    calls,
    of,
    pattern,
    value,
)
from pipectl.facts.place import Place


def manual(configuration: Configuration, place: Place) -> Iterator[Call]:
    """A manual approval with a topic."""
    topics = [arn(place, "sns", "", topic) for topic in [configuration.get("NotificationArn", "")] if topic]
    yield from calls("AskForApproval", ["sns:Publish"], topics, f"{GUIDE}Manual approval action reference")


def lambda_(configuration: Configuration, place: Place) -> Iterator[Call]:
    """A Lambda function, by its name or ARN. ListFunctions is the console's."""
    source = f"{GUIDE}AWS Lambda invoke action reference"
    function = arn(place, "lambda", "function:", configuration.get("FunctionName", ""))
    yield from calls("InvokeFunction", ["lambda:InvokeFunction"], [function], source)


def step_functions(configuration: Configuration, place: Place) -> Iterator[Call]:
    """A state machine; executions get their names when they start."""
    source = f"{GUIDE}AWS Step Functions invoke action reference"
    machine = arn(place, "states", "stateMachine:", configuration.get("StateMachineArn", ""))
    prefix = pattern(configuration.get("ExecutionNamePrefix", ""))
    executions = f"{machine.replace(':stateMachine:', ':execution:')}:{prefix.rstrip('*')}*"
    yield from calls(
        "StartStateMachine", of("states", "DescribeStateMachine", "StartExecution"), [machine], source
    )
    yield from calls("FollowStateMachine", ["states:DescribeExecution"], [executions], source)


def codepipeline(configuration: Configuration, place: Place) -> Iterator[Call]:
    """Another pipeline that is started."""
    source = f"{GUIDE}AWS CodePipeline invoke action reference"
    pipeline = arn(place, "codepipeline", "", configuration.get("PipelineName", ""))
    actions = of("codepipeline", "StartPipelineExecution", "GetPipelineExecution")
    yield from calls("StartPipelines", actions, [pipeline], source)


MANAGE = f"{GUIDE}Manage the CodePipeline service role"


def service_catalog(configuration: Configuration, place: Place) -> Iterator[Call]:
    """A product of Service Catalog; ARNs of products have `catalog` as their service."""
    product = arn(place, "catalog", "product/", configuration.get("ProductId") or "*")
    artifacts = (
        "ListProvisioningArtifacts",
        "CreateProvisioningArtifact",
        "DescribeProvisioningArtifact",
        "DeleteProvisioningArtifact",
        "UpdateProduct",
    )
    yield from calls("PublishProduct", of("servicecatalog", *artifacts), [product], MANAGE)
    yield from calls("ValidateTemplate", ["cloudformation:ValidateTemplate"], [EVERY_RESOURCE], MANAGE)


def ops_works(configuration: Configuration, place: Place) -> Iterator[Call]:
    """A stack of OpsWorks."""
    actions = (
        "CreateDeployment",
        "DescribeApps",
        "DescribeCommands",
        "DescribeDeployments",
        "DescribeInstances",
        "DescribeStacks",
        "UpdateApp",
        "UpdateStack",
    )
    stack = place.arn("opsworks", f"stack/{value(configuration, 'Stack')}/")
    yield from calls("DeployToOpsWorks", of("opsworks", *actions), [stack], MANAGE)
