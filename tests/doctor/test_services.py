"""What keeps a service from running its tasks: its subnets, its image, its log group"""

import hashlib
import json
from typing import Any

from tests.doctor.ward import Ward, system

INDEX = "application/vnd.oci.image.index.v1+json"
SINGLE = "application/vnd.docker.distribution.manifest.v2+json"


class Net:
    """A VPC of somebody else, with one subnet"""

    def __init__(self, ward: Ward) -> None:
        self.ec2 = ward.aws("ec2")
        self.vpc = self.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        self.subnet = self.ec2.create_subnet(VpcId=self.vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
        self.table = self.ec2.create_route_table(VpcId=self.vpc)["RouteTable"]["RouteTableId"]
        self.ec2.associate_route_table(RouteTableId=self.table, SubnetId=self.subnet)

    def lead(self, **where: str) -> None:
        self.ec2.create_route(RouteTableId=self.table, DestinationCidrBlock="0.0.0.0/0", **where)

    def gateway(self) -> str:
        made = str(self.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"])
        self.ec2.attach_internet_gateway(InternetGatewayId=made, VpcId=self.vpc)
        return made

    def nat(self) -> str:
        made = self.ec2.create_nat_gateway(SubnetId=self.subnet, ConnectivityType="private")
        return str(made["NatGateway"]["NatGatewayId"])

    def endpoint(self, service: str) -> None:
        whole: dict[str, Any] = {"VpcId": self.vpc, "ServiceName": f"com.amazonaws.eu-west-1.{service}"}
        if service == "s3":
            self.ec2.create_vpc_endpoint(**whole, VpcEndpointType="Gateway", RouteTableIds=[self.table])
        else:
            self.ec2.create_vpc_endpoint(**whole, VpcEndpointType="Interface", SubnetIds=[self.subnet])


def push(ward: Ward, manifest: dict[str, Any], media_type: str) -> None:
    ward.aws("ecr").put_image(
        repositoryName="shop",
        imageTag="latest",
        imageManifest=json.dumps(manifest),
        imageManifestMediaType=media_type,
    )


def index(*architectures: str) -> dict[str, Any]:
    manifests = [
        {
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "digest": f"sha256:{number:064x}",
            "size": 100,
            "platform": {"architecture": architecture, "os": "linux"},
        }
        for number, architecture in enumerate(architectures)
    ]
    return {"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests}


def test_a_subnet_behind_a_nat_gateway_leads_out(ward: Ward) -> None:
    net = Net(ward)
    net.lead(NatGatewayId=net.nat())
    ward.plan(system(subnets=[net.subnet]))
    ward.says("nat", "way_out")


def test_a_public_subnet_needs_public_addresses(ward: Ward) -> None:
    net = Net(ward)
    net.lead(GatewayId=net.gateway())
    ward.plan(system(subnets=[net.subnet]))
    ward.says("no_address", "way_out")
    ward.plan(system(subnets=[net.subnet], assign_public_ip=True))
    ward.says("address", "way_out")


def test_a_subnet_without_a_way_out_needs_every_endpoint(ward: Ward) -> None:
    net = Net(ward)
    ward.plan(system(subnets=[net.subnet]))
    ward.says("nothing", "way_out")
    for service in ("ecr.api", "ecr.dkr", "s3"):
        net.endpoint(service)
    ward.says("no_logs", "way_out")
    net.endpoint("logs")
    ward.says("endpoints", "way_out")


def test_a_gateway_endpoint_counts_for_its_route_tables_only(ward: Ward) -> None:
    net = Net(ward)
    for service in ("ecr.api", "ecr.dkr", "s3", "logs"):
        net.endpoint(service)
    other = net.ec2.create_subnet(VpcId=net.vpc, CidrBlock="10.0.2.0/24")["Subnet"]["SubnetId"]
    ward.plan(system(subnets=[other]))
    ward.says("other_table", "way_out")


def test_an_image_from_outside_needs_the_internet(ward: Ward) -> None:
    net = Net(ward)
    ward.plan(system(subnets=[net.subnet], container={"image": "public.ecr.aws/shop/web:1"}))
    ward.says("outside", "way_out")


def test_secrets_need_endpoints_too(ward: Ward) -> None:
    net = Net(ward)
    for service in ("ecr.api", "ecr.dkr", "s3", "logs"):
        net.endpoint(service)
    ward.plan(system(subnets=[net.subnet], container={"repository": "shop", "secrets": {"KEY": "/shop/key"}}))
    ward.says("secrets", "way_out")


def test_a_subnet_that_is_not_there_is_seen(ward: Ward) -> None:
    ward.plan(system())
    ward.says("no_subnet", "way_out")


def test_tasks_on_instances_need_no_way_out_of_their_own(ward: Ward) -> None:
    ward.plan(system(launch_type="EC2"))
    assert ward.findings("way_out") == []


def test_the_live_service_is_looked_at_and_not_the_spec(ward: Ward) -> None:
    net = Net(ward)
    ward.make(system(subnets=[net.subnet]))
    ward.says("nothing", "way_out", spec=False)


def test_an_image_is_there_and_for_the_processor_of_the_task(ward: Ward) -> None:
    ward.make(system())
    ward.says("missing", "image")
    push(ward, index("amd64", "unknown"), INDEX)
    ward.says("good", "image")


def test_an_image_for_another_processor_is_seen(ward: Ward) -> None:
    ward.make(system(task={"architecture": "ARM64"}))
    push(ward, index("amd64", "unknown"), INDEX)
    ward.says("other_processor", "image")


def test_an_image_for_several_processors_fits_both(ward: Ward) -> None:
    ward.make(system(task={"architecture": "ARM64"}))
    push(ward, index("amd64", "arm64"), INDEX)
    ward.says("good", "image")


def test_a_log_group_that_is_gone_is_seen(ward: Ward) -> None:
    ward.make(system())
    ward.says("good", "log_group")
    ward.aws("logs").delete_log_group(logGroupName="/ecs/web")
    ward.says("gone", "log_group")
    ward.says("gone_without_a_spec", "log_group", spec=False)


def test_a_log_group_of_a_like_name_does_not_count(ward: Ward) -> None:
    ward.make(system())
    ward.aws("logs").delete_log_group(logGroupName="/ecs/web")
    ward.aws("logs").create_log_group(logGroupName="/ecs/web-other")
    ward.says("gone", "log_group")


def test_images_of_docker_hub_are_a_doubt(ward: Ward) -> None:
    ward.plan(system(container={"image": "nginx:1.27"}))
    ward.says("official", "docker_hub")
    ward.plan(system(container={"image": "docker.io/example/web:1"}))
    assert [each.standing for each in ward.findings("docker_hub")] == ["doubt"]


def test_images_of_other_hosts_are_none_of_docker_hub(ward: Ward) -> None:
    for image in ("public.ecr.aws/nginx/nginx:1", "ghcr.io/example/web:1", "registry:5000/web"):
        ward.plan(system(container={"image": image}))
        ward.says("good", "docker_hub")


def configured(ward: Ward, architecture: str) -> dict[str, Any]:
    """Upload the configuration of an image; the manifest that names it"""
    ecr = ward.aws("ecr")
    content = json.dumps({"architecture": architecture, "os": "linux"}).encode()
    upload = ecr.initiate_layer_upload(repositoryName="shop")["uploadId"]
    ecr.upload_layer_part(
        repositoryName="shop", uploadId=upload, partFirstByte=0, partLastByte=len(content) - 1,
        layerPartBlob=content,
    )  # fmt: skip
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    ecr.complete_layer_upload(repositoryName="shop", uploadId=upload, layerDigests=[digest])
    config = {
        "mediaType": "application/vnd.docker.container.image.v1+json",
        "size": len(content),
        "digest": digest,
    }
    return {"schemaVersion": 2, "mediaType": SINGLE, "config": config, "layers": []}


def test_an_image_without_an_index_tells_by_its_configuration(ward: Ward) -> None:
    ward.make(system())
    push(ward, configured(ward, "arm64"), SINGLE)
    ward.says("other_processor_by_configuration", "image")
    push(ward, configured(ward, "amd64"), SINGLE)
    ward.says("good", "image")


def test_an_image_that_does_not_tell_is_not_doubted(ward: Ward) -> None:
    ward.make(system())
    config = {"mediaType": "application/vnd.docker.container.image.v1+json", "size": 2}
    push(
        ward,
        {"schemaVersion": 2, "mediaType": SINGLE, "config": {**config, "digest": "sha256:" + "0" * 64}},
        SINGLE,
    )
    ward.says("good", "image")


def test_a_secret_that_is_not_there_is_seen(ward: Ward) -> None:
    parameter = {"DATABASE_URL": "/shop/database_url"}
    build = {"privileged": True, "environment": {"TOKEN": {"secrets_manager": "shop/npm:token"}}}
    ward.plan(system(container={"repository": "shop", "secrets": parameter}, project=build))
    ward.says("missing", "secret")
    ward.aws("ssm").put_parameter(Name="/shop/database_url", Value="x", Type="SecureString")
    ward.aws("secretsmanager").create_secret(Name="shop/npm", SecretString="x")
    ward.says("good", "secret")
    assert {"GetParameter", "GetParameters", "GetSecretValue"}.isdisjoint(
        call.rpartition(" ")[2] for call in ward.world.calls()
    )


def test_a_secret_by_its_arn_is_found(ward: Ward) -> None:
    ward.aws("ssm").put_parameter(Name="/shop/key", Value="x", Type="SecureString")
    ward.aws("ssm").put_parameter(Name="key", Value="x", Type="SecureString")
    made = ward.aws("secretsmanager").create_secret(Name="shop/all", SecretString="{}")["ARN"]
    secrets = {
        "KEY": "arn:aws:ssm:eu-west-1:012345678901:parameter/shop/key",
        "FLAT": "arn:aws:ssm:eu-west-1:012345678901:parameter/key",
        "ALL": f"{made}:password::",
        "ELSEWHERE": "arn:aws:ssm:us-east-1:999999999999:parameter/other",
    }
    ward.plan(system(container={"repository": "shop", "secrets": secrets}))
    assert [each.standing for each in ward.findings("secret")] == ["good", "good", "good"]
