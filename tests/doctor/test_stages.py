"""What holds a pipeline up between source and service: roles, approvals, holds, builds, deploy actions"""

import json
from datetime import timedelta
from typing import Any

from tests.doctor.ward import BUILD, DEPLOY, REGION, SOURCE, Ward, system
from tests.shop import until

ACCOUNT = "012345678901"
BALANCED = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:targetgroup/shop/0123456789abcdef"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:approvals"


def approved() -> dict[str, Any]:
    gate = {"name": "Gate", "actions": [{"provider": "Manual", "topic": TOPIC}]}
    return system(SOURCE, BUILD, gate, DEPLOY)


def held() -> dict[str, Any]:
    return system(SOURCE, BUILD, {**DEPLOY, "transition": {"enabled": False, "reason": "Release freeze"}})


def patient(minutes: int | None, grace: int | None) -> dict[str, Any]:
    action = {**DEPLOY["actions"][0], "deployment_timeout_minutes": minutes}  # type: ignore[dict-item]
    return system(
        SOURCE,
        BUILD,
        {"name": "Deploy", "actions": [action]},
        container={"repository": "shop", "ports": [8080]},
        load_balancer={"target_group": BALANCED, "container": "web", "port": 8080},
        health_check_grace_seconds=grace,
    )


def make_green_and_blue(ward: Ward) -> None:
    """A service of CodeDeploy, which somebody else has made"""
    ecs = ward.aws("ecs")
    ecs.create_cluster(clusterName="shop")
    container = {
        "name": "web",
        "image": "public.ecr.aws/shop/web:1",
        "portMappings": [{"containerPort": 8080}],
    }
    ecs.register_task_definition(
        family="web",
        requiresCompatibilities=["FARGATE"],
        networkMode="awsvpc",
        cpu="256",
        memory="512",
        containerDefinitions=[container],
    )
    ecs.create_service(
        cluster="shop",
        serviceName="web",
        taskDefinition="web",
        desiredCount=0,
        launchType="FARGATE",
        deploymentController={"type": "CODE_DEPLOY"},
        loadBalancers=[{"targetGroupArn": BALANCED, "containerName": "web", "containerPort": 8080}],
        networkConfiguration={"awsvpcConfiguration": {"subnets": ["subnet-0a1b2c3d4e5f60718"]}},
    )


def without_service() -> dict[str, Any]:
    """Only the pipeline, whose service somebody else has made, or not yet"""
    values = system()
    del values["ecs"]
    values["codepipeline"]["shop"]["stages"][2]["actions"][0]["inputs"] = ["BuildOutput"]
    return values


def test_a_project_that_was_deleted_is_missed(ward: Ward) -> None:
    ward.make(system())
    ward.says("good", "build_project")
    ward.aws("codebuild").delete_project(name="shop")
    ward.says("no_project", "build_project")
    ward.says("no_project_without_a_spec", "build_project", spec=False)


def test_every_role_trusts_its_service(ward: Ward) -> None:
    ward.make(system())
    ward.says("good", "role_trust")


def test_a_role_that_trusts_another_service_is_seen(ward: Ward) -> None:
    ward.make(system())
    trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    for role in ("shop-build", "shop-pipeline", "web-execution"):
        ward.aws("iam").update_assume_role_policy(RoleName=f"shop-eu-west-1-{role}", PolicyDocument=document)
    ward.says("other_service", "role_trust")
    ward.says("other_service_without_a_spec", "role_trust", spec=False)


def test_a_role_that_trusts_its_service_for_another_account_only_is_seen(ward: Ward) -> None:
    ward.make(system())
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": ["ecs-tasks.amazonaws.com"]},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"aws:SourceAccount": "999999999999"}},
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    ward.aws("iam").update_assume_role_policy(
        RoleName="shop-eu-west-1-web-execution", PolicyDocument=document
    )
    ward.says("other_account", "role_trust")


def test_a_role_that_is_gone_is_seen(ward: Ward) -> None:
    ward.make(system())
    ward.aws("iam").delete_role_policy(RoleName="shop-eu-west-1-shop-build", PolicyName="pipectl")
    ward.aws("iam").delete_role(RoleName="shop-eu-west-1-shop-build")
    ward.says("gone", "role_trust")


def test_before_the_first_create_only_roles_of_ones_own_have_to_be_there(ward: Ward) -> None:
    ward.plan(system(project={"privileged": True, "role": f"arn:aws:iam::{ACCOUNT}:role/own"}))
    ward.says("own", "role_trust")


def test_an_approval_tells_somebody(ward: Ward) -> None:
    ward.plan(approved())
    ward.says("no_topic", "approval_topic")
    sns = ward.aws("sns")
    sns.create_topic(Name="approvals")
    ward.says("nobody", "approval_topic")
    sns.subscribe(TopicArn=TOPIC, Protocol="email", Endpoint="ann@example.org")
    ward.says("unconfirmed", "approval_topic")
    sns.subscribe(TopicArn=TOPIC, Protocol="sqs", Endpoint=f"arn:aws:sqs:{REGION}:{ACCOUNT}:asked")
    ward.says("good", "approval_topic")


def test_an_approval_without_a_topic_is_nobodys_mistake(ward: Ward) -> None:
    ward.plan(system(SOURCE, BUILD, {"name": "Gate", "actions": [{"provider": "Manual"}]}, DEPLOY))
    assert ward.findings("approval_topic") == []


def told(**notification: Any) -> dict[str, Any]:
    """The system with a notification; `sns` are its own topics"""
    values = system(SOURCE, BUILD)
    values["sns"] = notification.pop("sns", {})
    values["codepipeline"]["shop"]["notifications"] = {
        "failures": {"events": "failed", "to": "ops", **notification}
    }
    return values


def test_a_notification_tells_somebody(ward: Ward) -> None:
    ward.make(told(sns={"ops": {"subscribe": ["ann@example.org"]}}))
    ward.says("unconfirmed", "notifications")
    sns, topic = ward.aws("sns"), f"arn:aws:sns:{REGION}:{ACCOUNT}:ops"
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:{REGION}:{ACCOUNT}:asked")
    ward.says("good", "notifications")
    ward.make(told(sns={"ops": {}}, enabled=False))
    ward.says("disabled", "notifications")


def test_a_topic_that_notifications_do_not_reach_is_seen(ward: Ward) -> None:
    sns, topic = ward.aws("sns"), f"arn:aws:sns:{REGION}:{ACCOUNT}:ops"
    sns.create_topic(Name="ops")
    ward.make(told())
    ward.says("forbidden", "notifications", spec=False)
    values = told(sns={"ops": {"kms_key": "alias/own"}})
    ward.plan(values)
    ward.says("forbidden_in_the_spec", "notifications")
    statement = {"Effect": "Allow", "Principal": {"Service": "codestar-notifications.amazonaws.com"}}
    denied = {"Effect": "Deny", "Principal": "*"}
    rest = {"Action": "sns:Publish", "Resource": topic}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement | rest, denied | rest]})
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
    ward.says("denied", "notifications")
    sns.set_topic_attributes(TopicArn=topic, AttributeName="KmsMasterKeyId", AttributeValue="alias/own")
    ward.says("key", "notifications")
    sns.delete_topic(TopicArn=topic)
    ward.says("gone", "notifications", spec=False)


def test_a_chat_channel_is_told(ward: Ward) -> None:
    channel = f"arn:aws:chatbot::{ACCOUNT}:chat-configuration/slack-channel/ops"
    ward.make(told(to=channel))
    ward.says("channel", "notifications")
    api = ward.aws("codestar-notifications")
    api.delete_target(TargetAddress=channel, ForceUnsubscribeAll=True)
    ward.says("no_target", "notifications")


def test_a_pipeline_without_notifications_is_nobodys_mistake(ward: Ward) -> None:
    ward.make(system(SOURCE, BUILD))
    assert ward.findings("notifications") == []


def test_a_hold_is_good_while_it_is_young(ward: Ward) -> None:
    ward.make(held())
    ward.says("young", "hold")
    ward.now += timedelta(days=26)
    ward.says("near", "hold")
    ward.now += timedelta(days=5)
    ward.says("over", "hold")


def test_what_waits_before_an_old_hold_is_stuck(ward: Ward) -> None:
    ward.make(system(SOURCE, {**BUILD, "transition": "disabled"}, DEPLOY))
    files = [{"filePath": "app.rb", "fileContent": b"puts 1"}]
    ward.aws("codecommit").create_commit(
        repositoryName="shop", branchName="main", putFiles=files, authorName="ann", email="a@example.org"
    )
    pipelines = ward.aws("codepipeline")
    until(lambda: pipelines.get_pipeline_state(name="shop")["stageStates"][1].get("inboundExecution"))
    ward.now += timedelta(days=31)
    ward.says("stuck", "hold")


def test_an_open_gate_is_no_hold(ward: Ward) -> None:
    ward.make(system())
    assert ward.findings("hold") == []


def test_a_deploy_action_fits_its_service(ward: Ward) -> None:
    ward.make(system())
    ward.says("good", "deployment")


def test_a_service_of_another_controller_is_seen(ward: Ward) -> None:
    make_green_and_blue(ward)
    ward.plan(without_service())
    ward.says("other_controller", "deployment")


def test_codedeploy_deploys_services_of_its_own_controller_only(ward: Ward) -> None:
    ward.make(system())
    ward.aws("codepipeline").delete_pipeline(name="shop")
    codedeploy = ward.aws("codedeploy")
    codedeploy.create_application(applicationName="shop", computePlatform="ECS")
    codedeploy.create_deployment_group(
        applicationName="shop",
        deploymentGroupName="web",
        serviceRoleArn=f"arn:aws:iam::{ACCOUNT}:role/deploy",
        ecsServices=[{"clusterName": "shop", "serviceName": "web"}],
    )
    action = {
        "provider": "CodeDeployToECS",
        "application": "shop",
        "deployment_group": "web",
        "task_definition_artifact": "SourceOutput",
        "appspec_artifact": "SourceOutput",
        "inputs": ["SourceOutput"],
    }
    ward.plan(system(SOURCE, {"name": "Deploy", "actions": [action]}))
    ward.says("codedeploy_and_ecs", "deployment")


def test_a_service_that_is_gone_is_seen(ward: Ward) -> None:
    ward.plan(without_service())
    ward.says("no_service", "deployment")


def test_a_timeout_must_be_longer_than_the_grace(ward: Ward) -> None:
    ward.plan(patient(10, 900))
    ward.says("short", "deployment")
    ward.plan(patient(20, 900))
    ward.says("good", "deployment")
    ward.plan(patient(None, 3600))
    ward.says("hour_of_grace", "deployment")


def test_docker_in_a_build_needs_privileges(ward: Ward) -> None:
    ward.make(system())
    assert ward.findings("docker_build") == []
    lines = "version: 0.2\nphases:\n  build:\n    commands:\n      - docker build -t shop .\n"
    project = ward.aws("codebuild").batch_get_projects(names=["shop"])["projects"][0]
    environment = {**project["environment"], "privilegedMode": False}
    source = {**project["source"], "buildspec": lines}
    ward.aws("codebuild").update_project(name="shop", environment=environment, source=source)
    ward.says("inline", "docker_build")
    quiet = {**source, "buildspec": lines.replace("- docker", "# - docker")}
    ward.aws("codebuild").update_project(name="shop", source=quiet)
    ward.says("good", "docker_build")


def test_a_buildspec_in_the_repository_is_read(ward: Ward) -> None:
    ward.make(system(project={"privileged": False}))
    assert ward.findings("docker_build") == []
    files = [{"filePath": "buildspec.yml", "fileContent": b"build:\n  commands:\n    - docker push x\n"}]
    made = ward.aws("codecommit").create_commit(
        repositoryName="shop", branchName="main", putFiles=files, authorName="ann", email="a@example.org"
    )
    ward.says("committed", "docker_build")
    ward.says("committed_without_a_spec", "docker_build", spec=False)
    files = [{"filePath": "buildspec.yml", "fileContent": b"build:\n  commands:\n    - make\n"}]
    ward.aws("codecommit").create_commit(
        repositoryName="shop", branchName="main", parentCommitId=made["commitId"], putFiles=files,
        authorName="ann", email="a@example.org",
    )  # fmt: skip
    ward.says("good", "docker_build")


def definitions(name: str) -> str:
    line = f"""printf '[{{"name":"{name}","imageUri":"%s"}}]' $IMAGE > imagedefinitions.json"""
    return f"version: 0.2\nphases:\n  build:\n    commands:\n      - {line}\n"


def test_the_container_that_a_build_names_must_be_one_of_the_service(ward: Ward) -> None:
    ward.make(system(project={"privileged": True, "buildspec": definitions("web")}))
    ward.says("good", "container_name")
    project = ward.aws("codebuild").batch_get_projects(names=["shop"])["projects"][0]
    source = {**project["source"], "buildspec": definitions("rails")}
    ward.aws("codebuild").update_project(name="shop", source=source)
    ward.says("other", "container_name")


def test_a_container_that_the_build_computes_is_not_doubted(ward: Ward) -> None:
    ward.make(system(project={"privileged": True, "buildspec": definitions("$NAME")}))
    assert ward.findings("container_name") == []


def test_the_artifact_bucket_is_missed(ward: Ward) -> None:
    ward.make(system())
    ward.says("good", "artifact_bucket")
    name = f"shop-artifacts-{ACCOUNT}-{REGION}"
    ward.aws("s3").delete_bucket(Bucket=name)
    ward.says("gone", "artifact_bucket")
    ward.says("gone_without_a_spec", "artifact_bucket", spec=False)
