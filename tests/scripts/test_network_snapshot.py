"""The network as the API tells it: read whole, kept and read again the same; a missing right has its name."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import boto3
import pytest

from scripts import network_snapshot
from scripts.errors import BadInputError, RemoteError
from scripts.reachability.model import GroupPeer, Network, TargetKind
from scripts.reachability.readers import aws, saved
from tests.conftest import Cloud

Client = Callable[[str], Any]


@pytest.fixture(scope="module")
def made(client: Client) -> Iterator[dict[str, str]]:
    """A VPC with two subnets, gateways of every kind, a peer, an instance behind a load balancer."""
    ec2, elbv2 = client("ec2"), client("elbv2")
    vpc = ec2.create_vpc(CidrBlock="10.66.0.0/16", AmazonProvidedIpv6CidrBlock=True)["Vpc"]["VpcId"]
    peer = ec2.create_vpc(CidrBlock="10.67.0.0/16")["Vpc"]["VpcId"]
    a, b = (
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.66.{n}.0/24", AvailabilityZone=f"us-east-1{zone}")[
            "Subnet"
        ]["SubnetId"]
        for n, zone in enumerate("ab")
    )
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    egress = ec2.create_egress_only_internet_gateway(VpcId=vpc)["EgressOnlyInternetGateway"]
    egress_id = egress["EgressOnlyInternetGatewayId"]
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    nat = ec2.create_nat_gateway(SubnetId=a, AllocationId=address)["NatGateway"]["NatGatewayId"]
    peering = ec2.create_vpc_peering_connection(VpcId=vpc, PeerVpcId=peer)["VpcPeeringConnection"]
    peering_id = peering["VpcPeeringConnectionId"]
    ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=peering_id)
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    for route in (
        {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": gateway},
        {"DestinationIpv6CidrBlock": "::/0", "EgressOnlyInternetGatewayId": egress_id},
        {"DestinationCidrBlock": "10.67.0.0/16", "VpcPeeringConnectionId": peering_id},
        {"DestinationCidrBlock": "192.0.2.0/24", "NatGatewayId": nat},
    ):
        ec2.create_route(RouteTableId=table, **route)
    association = ec2.associate_route_table(RouteTableId=table, SubnetId=a)["AssociationId"]
    service = {"ServiceName": "com.amazonaws.us-east-1.s3"}
    endpoint = ec2.create_vpc_endpoint(VpcId=vpc, **service, RouteTableIds=[table])["VpcEndpoint"]
    group = ec2.create_security_group(GroupName="snapshot", Description="Web", VpcId=vpc)["GroupId"]
    ec2.authorize_security_group_ingress(
        GroupId=group,
        IpPermissions=[{"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80,
                        "UserIdGroupPairs": [{"GroupId": group}]}],
    )  # fmt: skip
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    instance = ec2.run_instances(
        ImageId=image, InstanceType="t3.micro", SubnetId=b, SecurityGroupIds=[group], MinCount=1, MaxCount=1
    )["Instances"][0]["InstanceId"]
    ec2.get_waiter("instance_running").wait(InstanceIds=[instance], WaiterConfig={"Delay": 1})
    balancer = elbv2.create_load_balancer(Name="snapshot", Subnets=[a, b], SecurityGroups=[group])
    arn = balancer["LoadBalancers"][0]["LoadBalancerArn"]
    target_group = elbv2.create_target_group(Name="snapshot", Protocol="HTTP", Port=8080, VpcId=vpc)
    target_arn = target_group["TargetGroups"][0]["TargetGroupArn"]
    elbv2.register_targets(TargetGroupArn=target_arn, Targets=[{"Id": instance}])
    listener = elbv2.create_listener(
        LoadBalancerArn=arn, Protocol="HTTP", Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": target_arn}],
    )["Listeners"][0]["ListenerArn"]  # fmt: skip
    yield {
        "vpc": vpc, "peer": peer, "a": a, "b": b, "gateway": gateway, "egress": egress_id, "nat": nat,
        "peering": peering_id, "table": table, "endpoint": endpoint["VpcEndpointId"], "group": group,
        "instance": instance, "balancer": arn, "targets": target_arn,
    }  # fmt: skip
    elbv2.delete_listener(ListenerArn=listener)
    elbv2.delete_load_balancer(LoadBalancerArn=arn)
    elbv2.delete_target_group(TargetGroupArn=target_arn)
    ec2.terminate_instances(InstanceIds=[instance])
    ec2.get_waiter("instance_terminated").wait(InstanceIds=[instance], WaiterConfig={"Delay": 1})
    ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint["VpcEndpointId"]])
    ec2.delete_nat_gateway(NatGatewayId=nat)
    ec2.release_address(AllocationId=address)
    ec2.delete_vpc_peering_connection(VpcPeeringConnectionId=peering_id)
    ec2.disassociate_route_table(AssociationId=association)
    ec2.delete_route_table(RouteTableId=table)
    ec2.delete_egress_only_internet_gateway(EgressOnlyInternetGatewayId=egress_id)
    ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    ec2.delete_internet_gateway(InternetGatewayId=gateway)
    ec2.delete_security_group(GroupId=group)
    for subnet in (a, b):
        ec2.delete_subnet(SubnetId=subnet)
    for each in (vpc, peer):
        ec2.delete_vpc(VpcId=each)


@pytest.fixture(scope="module")
def documents(cloud: Cloud, made: dict[str, str]) -> dict[str, Any]:
    return network_snapshot.documents(cloud.session)


@pytest.fixture(scope="module")
def network(documents: dict[str, Any]) -> Network:
    return aws.network(documents)


def test_every_route_leads_to_what_it_was_made_for(network: Network, made: dict[str, str]) -> None:
    routes = {route.target: route.kind for route in network.table_of[made["a"]].routes if route.active}
    assert routes == {
        "local": TargetKind.LOCAL,
        made["gateway"]: TargetKind.INTERNET_GATEWAY,
        made["egress"]: TargetKind.EGRESS_ONLY_GATEWAY,
        made["peering"]: TargetKind.PEERING,
        made["nat"]: TargetKind.NAT_GATEWAY,
        made["endpoint"]: TargetKind.GATEWAY_ENDPOINT,
    }
    assert network.prefix_lists[network.endpoints[made["endpoint"]].prefix_list or ""].cidrs


def test_the_load_balancer_and_its_target_stand_on_their_interfaces(
    network: Network, made: dict[str, str]
) -> None:
    balancer = network.load_balancers[made["balancer"]]
    assert {network.interfaces[each].subnet for each in balancer.interfaces} == {made["a"], made["b"]}
    assert all(network.interfaces[each].public_ip for each in balancer.interfaces)
    assert [each.id for each in network.target_groups[made["targets"]].targets] == [made["instance"]]
    assert balancer.listeners[0].target_groups == (made["targets"],)
    (interface,) = network.instances[made["instance"]].interfaces
    assert network.interfaces[interface].owner == made["instance"]


def test_rules_have_their_ids_and_what_is_peered_its_blocks(network: Network, made: dict[str, str]) -> None:
    (rule,) = (each for each in network.groups[made["group"]].rules if not each.egress)
    assert rule.peer == GroupPeer(made["group"])
    assert rule.id.startswith("sgr-")
    assert network.peerings[made["peering"]].status == "active"
    assert network.vpcs[made["peer"]].cidrs == (ip_network("10.67.0.0/16"),)


def test_nothing_of_it_is_unknown(network: Network, made: dict[str, str]) -> None:
    ours = set(made.values())
    assert [each for each in network.unmodelled if each.component in ours] == []


def test_what_is_kept_is_read_as_it_was(documents: dict[str, Any], network: Network, tmp_path: Path) -> None:
    files = network_snapshot.save(documents, tmp_path / "kept")
    assert {file.stem for file in files} == {*aws.COMMANDS, aws.ENDPOINT_ADDRESSES}
    assert saved.network(tmp_path / "kept") == network


def test_a_folder_that_cannot_be_made_is_named(documents: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInputError, match="file cannot be written to"):
        network_snapshot.save(documents, tmp_path / "file")


@contextmanager
def refusing() -> Iterator[str]:
    """An endpoint that answers every call as AWS answers who has no rights."""

    class Refusal(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            answer = (
                b"<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>You are not "
                b"authorized</Message></Error></Errors><RequestID>1</RequestID></Response>"
            )
            self.send_response(403)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Refusal)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_missing_right_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with refusing() as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        session = boto3.Session("test", "test", region_name="us-east-1")
        with pytest.raises(RemoteError, match=r"the permission ec2:DescribeVpcs is missing") as caught:
            network_snapshot.documents(session)
    assert "ReadOnlyAccess" in caught.value.hint
