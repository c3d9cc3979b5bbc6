"""What starts a pipeline: the event rule, polling, the source's bucket, the connection"""

import json
from typing import Any

from tests.doctor.ward import BUILD, DEPLOY, REGION, Ward, system

ACCOUNT = "012345678901"
RULE = "shop-Source"
EVENTS = "shop-eu-west-1-shop-events"


def polled(poll: bool = True) -> dict[str, Any]:
    action = {"provider": "CodeCommit", "repository": "shop", "branch": "main", "poll": poll}
    return system({"name": "Source", "actions": [action]}, BUILD, DEPLOY)


def from_bucket() -> dict[str, Any]:
    action = {"provider": "S3", "bucket": "shop-sources", "key": "app.zip"}
    return system({"name": "Source", "actions": [action]}, BUILD, DEPLOY)


def bucket(ward: Ward, **versioning: Any) -> None:
    s3 = ward.aws("s3")
    s3.create_bucket(Bucket="shop-sources", CreateBucketConfiguration={"LocationConstraint": REGION})
    if versioning:
        s3.put_bucket_versioning(Bucket="shop-sources", VersioningConfiguration=versioning)


def elsewhere(connection: str) -> dict[str, Any]:
    action = {
        "provider": "CodeStarSourceConnection",
        "connection": connection,
        "repository": "example/shop",
        "branch": "main",
    }
    return system({"name": "Source", "actions": [action]}, BUILD, DEPLOY)


def test_a_branch_that_nobody_has_pushed_is_seen(ward: Ward) -> None:
    ward.make(system())
    ward.says("no_branch", "source")
    file = {"filePath": "Dockerfile", "fileContent": b"FROM scratch"}
    ward.aws("codecommit").create_commit(repositoryName="shop", branchName="main", putFiles=[file])
    ward.says("good", "source")


def test_a_repository_that_was_deleted_is_missed(ward: Ward) -> None:
    ward.make(system())
    ward.aws("codecommit").delete_repository(repositoryName="shop")
    ward.says("no_repository", "source")
    ward.says("no_repository_without_a_spec", "source", spec=False)


def test_a_rule_that_starts_the_pipeline_is_good(ward: Ward) -> None:
    ward.make(system())
    ward.says("good", "event_rule")


def test_a_disabled_rule_is_seen(ward: Ward) -> None:
    ward.make(system())
    ward.aws("events").disable_rule(Name=RULE)
    ward.says("disabled", "event_rule")
    ward.says("disabled_without_a_spec", "event_rule", spec=False)


def test_a_rule_without_its_target_is_seen(ward: Ward) -> None:
    ward.make(system())
    ward.aws("events").remove_targets(Rule=RULE, Ids=["pipeline"])
    ward.says("no_target", "event_rule")
    target = {"Id": "other", "Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:other"}
    ward.aws("events").put_targets(Rule=RULE, Targets=[target])
    ward.says("other_target", "event_rule")


def test_a_rule_that_was_deleted_is_missed(ward: Ward) -> None:
    ward.make(system())
    ward.aws("events").remove_targets(Rule=RULE, Ids=["pipeline"])
    ward.aws("events").delete_rule(Name=RULE)
    ward.says("no_rule", "event_rule")


def test_a_rule_for_another_branch_does_not_count(ward: Ward) -> None:
    ward.make(system())
    pattern = json.loads(ward.aws("events").describe_rule(Name=RULE)["EventPattern"])
    pattern["detail"]["referenceName"] = ["other"]
    ward.aws("events").put_rule(Name=RULE, EventPattern=json.dumps(pattern))
    ward.says("no_rule", "event_rule")


def test_a_rule_by_prefix_counts(ward: Ward) -> None:
    ward.make(system())
    pattern = json.loads(ward.aws("events").describe_rule(Name=RULE)["EventPattern"])
    pattern["detail"]["referenceName"] = [{"prefix": "ma"}]
    ward.aws("events").put_rule(Name=RULE, EventPattern=json.dumps(pattern))
    ward.says("good", "event_rule")


def test_the_role_of_a_rule_must_be_usable_and_allowed(ward: Ward) -> None:
    ward.make(system())
    iam = ward.aws("iam")
    iam.delete_role_policy(RoleName=EVENTS, PolicyName="pipectl")
    ward.says("may_not_start", "event_rule")
    trust = {"Effect": "Allow", "Principal": {"Service": "ecs.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    iam.update_assume_role_policy(RoleName=EVENTS, PolicyDocument=document)
    ward.says("not_trusted", "event_rule")
    iam.delete_role(RoleName=EVENTS)
    ward.says("no_role", "event_rule", spec=False)


def test_a_spec_that_is_not_made_yet_has_no_rule_to_miss(ward: Ward) -> None:
    ward.plan(system())
    assert ward.findings("event_rule") == []
    assert ward.findings("polling") == []


def test_who_does_not_poll_is_good(ward: Ward) -> None:
    ward.make(system())
    ward.says("good", "polling")


def test_polling_while_a_rule_exists_runs_twice(ward: Ward) -> None:
    ward.make(system())
    declaration = ward.aws("codepipeline").get_pipeline(name="shop")["pipeline"]
    declaration["stages"][0]["actions"][0]["configuration"]["PollForSourceChanges"] = "true"
    ward.aws("codepipeline").update_pipeline(pipeline=declaration)
    ward.says("twice", "polling")
    ward.says("twice_without_a_spec", "polling", spec=False)


def test_polling_without_a_rule_is_a_doubt(ward: Ward) -> None:
    ward.make(polled())
    ward.says("polled", "polling")


def test_a_source_bucket_keeps_versions_and_tells_of_changes(ward: Ward) -> None:
    ward.plan(from_bucket())
    ward.says("no_bucket", "source_bucket")
    bucket(ward)
    ward.says("no_versions", "source_bucket")
    ward.aws("s3").put_bucket_versioning(Bucket="shop-sources", VersioningConfiguration={"Status": "Enabled"})
    ward.says("no_events", "source_bucket")
    ward.aws("s3").put_bucket_notification_configuration(
        Bucket="shop-sources", NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    ward.says("good", "source_bucket")


def test_a_pending_connection_is_seen_until_it_is_completed(ward: Ward) -> None:
    api = ward.aws("codeconnections")
    arn = api.create_connection(ConnectionName="github", ProviderType="GitHub")["ConnectionArn"]
    ward.plan(elsewhere(arn))
    ward.says("pending", "connection")
    from pipectl.local import connections

    connections.link(ward.world.server.world, arn, str(ward.world.folder))
    ward.says("good", "connection")


def test_a_connection_by_its_old_name_is_found(ward: Ward) -> None:
    arn = f"arn:aws:codestar-connections:{REGION}:{ACCOUNT}:connection/7dd8e4a1-0b6e-4f6f-9c5c-1b7e0ad2f3c4"
    ward.plan(elsewhere(arn))
    ward.says("no_connection", "connection")
    from pipectl.local import connections

    connections.link(ward.world.server.world, arn, str(ward.world.folder))
    assert [each.standing for each in ward.findings("connection")] == ["good"]


def test_an_action_that_is_not_called_like_its_stage_is_named_with_it(ward: Ward) -> None:
    arn = f"arn:aws:codeconnections:{REGION}:{ACCOUNT}:connection/7dd8e4a1-0b6e-4f6f-9c5c-1b7e0ad2f3c4"
    values = elsewhere(arn)
    values["codepipeline"]["shop"]["stages"][0]["actions"][0]["name"] = "GitHub"
    ward.plan(values)
    assert [each.subject for each in ward.findings("connection")] == ["shop/Source/GitHub"]


def test_a_source_that_does_not_say_is_polled(ward: Ward) -> None:
    ward.make(system())
    declaration = ward.aws("codepipeline").get_pipeline(name="shop")["pipeline"]
    del declaration["stages"][0]["actions"][0]["configuration"]["PollForSourceChanges"]
    ward.aws("codepipeline").update_pipeline(pipeline=declaration)
    ward.says("twice", "polling")


def test_polling_beside_a_disabled_rule_does_not_run_twice(ward: Ward) -> None:
    ward.make(system())
    declaration = ward.aws("codepipeline").get_pipeline(name="shop")["pipeline"]
    del declaration["stages"][0]["actions"][0]["configuration"]["PollForSourceChanges"]
    ward.aws("codepipeline").update_pipeline(pipeline=declaration)
    ward.aws("events").disable_rule(Name=RULE)
    ward.says("polled", "polling")
    assert ward.findings("event_rule") == []


def test_a_rule_for_another_repository_does_not_count(ward: Ward) -> None:
    ward.make(system())
    pattern = json.loads(ward.aws("events").describe_rule(Name=RULE)["EventPattern"])
    pattern["resources"] = [f"arn:aws:codecommit:{REGION}:{ACCOUNT}:other"]
    ward.aws("events").put_rule(Name=RULE, EventPattern=json.dumps(pattern))
    ward.says("no_rule", "event_rule")


def test_a_rule_of_another_name_counts_by_its_target(ward: Ward) -> None:
    ward.make(system())
    events = ward.aws("events")
    found = events.describe_rule(Name=RULE)
    target = events.list_targets_by_rule(Rule=RULE)["Targets"][0]
    events.put_rule(Name="somebody", EventPattern=found["EventPattern"])
    events.put_targets(Rule="somebody", Targets=[target])
    events.remove_targets(Rule=RULE, Ids=["pipeline"])
    events.delete_rule(Name=RULE)
    assert [(each.standing, each.subject) for each in ward.findings("event_rule")] == [("good", "somebody")]
