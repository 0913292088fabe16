from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.scripts.local_cloud.providers.ec2.conftest import IMAGE, Network, code_of, described

Launch = Callable[..., dict[str, Any]]


def test_an_instance_and_its_interface_agree_on_address_groups_and_check(
    ec2: Any, network: Network, launch: Launch
) -> None:
    group_id = network.group("one")
    wanted = network.address("1.77")
    instance = launch(SubnetId=network.public_id, SecurityGroupIds=[group_id], PrivateIpAddress=wanted)
    [interface] = network.interfaces()
    assert instance["PrivateIpAddress"] == interface["PrivateIpAddress"] == wanted
    assert instance["SecurityGroups"] == interface["Groups"] == [{"GroupId": group_id, "GroupName": "one"}]
    assert interface["Attachment"]["InstanceId"] == instance["InstanceId"]
    assert interface["Attachment"]["DeleteOnTermination"] is True
    assert instance["NetworkInterfaces"][0]["MacAddress"] == interface["MacAddress"]

    other = network.group("other")
    ec2.modify_instance_attribute(InstanceId=instance["InstanceId"], Groups=[other])
    ec2.modify_instance_attribute(InstanceId=instance["InstanceId"], SourceDestCheck={"Value": False})
    [interface] = network.interfaces()
    assert [group["GroupId"] for group in interface["Groups"]] == [other]
    assert interface["SourceDestCheck"] is False
    now = described(ec2, instance["InstanceId"])
    assert ([group["GroupId"] for group in now["SecurityGroups"]], now["SourceDestCheck"]) == ([other], False)


def test_instances_launched_together_share_a_reservation_and_no_address(
    ec2: Any, network: Network, launch: Launch
) -> None:
    made = ec2.run_instances(
        ImageId=IMAGE, InstanceType="t3.micro", MinCount=3, MaxCount=3, SubnetId=network.private_id
    )
    ids = [each["InstanceId"] for each in made["Instances"]]
    [reservation] = ec2.describe_instances(InstanceIds=ids)["Reservations"]
    assert reservation["ReservationId"] == made["ReservationId"]
    addresses = {each["PrivateIpAddress"] for each in reservation["Instances"]}
    assert addresses == {network.address(f"2.{last}") for last in (4, 5, 6)}
    assert sorted(each["AmiLaunchIndex"] for each in reservation["Instances"]) == [0, 1, 2]
    ec2.terminate_instances(InstanceIds=ids)


def test_a_terminated_instance_takes_its_interfaces_along_and_frees_those_attached_later(
    ec2: Any, network: Network, launch: Launch
) -> None:
    instance = launch(SubnetId=network.private_id)
    extra = ec2.create_network_interface(SubnetId=network.private_id)["NetworkInterface"]
    ec2.attach_network_interface(
        InstanceId=instance["InstanceId"], NetworkInterfaceId=extra["NetworkInterfaceId"], DeviceIndex=1
    )
    assert len(described(ec2, instance["InstanceId"])["NetworkInterfaces"]) == 2
    refused = code_of(ec2.delete_network_interface, NetworkInterfaceId=extra["NetworkInterfaceId"])
    assert refused == "InvalidParameterValue"
    for _ in range(2):
        ec2.terminate_instances(InstanceIds=[instance["InstanceId"]])
    [left] = network.interfaces()
    assert (left["NetworkInterfaceId"], left["Status"]) == (extra["NetworkInterfaceId"], "available")
    gone = described(ec2, instance["InstanceId"])
    assert gone["State"]["Name"] == "terminated"
    assert "PrivateIpAddress" not in gone


def test_a_launch_that_is_refused_leaves_no_interface(ec2: Any, network: Network) -> None:
    wanted = {
        "ImageId": IMAGE,
        "InstanceType": "t3.micro",
        "MinCount": 1,
        "MaxCount": 1,
        "SubnetId": network.private_id,
    }
    for wrong, code in (
        ({"ImageId": "ami-0123456789abcdef0"}, "InvalidAMIID.NotFound"),
        ({"InstanceType": "t3.gigantic"}, "InvalidParameterValue"),
        ({"InstanceType": "t4g.micro"}, "InvalidParameterValue"),
        ({"KeyName": "nobody's"}, "InvalidKeyPair.NotFound"),
        ({"SecurityGroupIds": ["sg-0123456789abcdef0"]}, "InvalidGroup.NotFound"),
        ({"IamInstanceProfile": {"Name": "nobody's"}}, "InvalidParameterValue"),
    ):
        assert code_of(ec2.run_instances, **{**wanted, **wrong}) == code, wrong
    assert network.interfaces() == []


def test_a_repeated_request_with_the_same_token_launches_nothing(
    ec2: Any, network: Network, launch: Launch
) -> None:
    first = launch(SubnetId=network.private_id, ClientToken="once")
    again = launch(SubnetId=network.private_id, ClientToken="once")
    assert first["InstanceId"] == again["InstanceId"]
    assert len(network.interfaces()) == 1


def test_a_root_volume_is_as_asked_where_moto_takes_its_size_for_encryption(
    ec2: Any, network: Network, launch: Launch
) -> None:
    root = {"VolumeType": "gp3", "Encrypted": True, "Throughput": 200, "Iops": 4000, "VolumeSize": 20}
    instance = launch(
        SubnetId=network.private_id,
        BlockDeviceMappings=[
            {"DeviceName": "/dev/xvda", "Ebs": root},
            {"DeviceName": "/dev/sdf", "Ebs": {"VolumeSize": 5}},
        ],
    )
    assert instance["RootDeviceName"] == "/dev/xvda"
    wanted = [{"Name": "attachment.instance-id", "Values": [instance["InstanceId"]]}]
    held = {
        each["Attachments"][0]["Device"]: each for each in ec2.describe_volumes(Filters=wanted)["Volumes"]
    }
    assert set(held) == {"/dev/xvda", "/dev/sdf"}
    volume = held["/dev/xvda"]
    assert {name: volume[name] for name in ("VolumeType", "Encrypted", "Throughput", "Iops")} == {
        name: root[name] for name in ("VolumeType", "Encrypted", "Throughput", "Iops")
    }
    assert volume["KmsKeyId"].startswith("arn:aws:kms:us-east-1:000000000000:key/")
    assert volume["Size"] == 20
    assert volume["Attachments"][0]["DeleteOnTermination"] is True
    assert (held["/dev/sdf"]["Encrypted"], held["/dev/sdf"]["VolumeType"]) == (False, "gp2")


def test_an_instance_has_a_root_volume_although_nobody_asked(
    ec2: Any, network: Network, launch: Launch
) -> None:
    [mapping] = launch(SubnetId=network.private_id)["BlockDeviceMappings"]
    assert mapping["DeviceName"] == "/dev/xvda"
    [volume] = ec2.describe_volumes(VolumeIds=[mapping["Ebs"]["VolumeId"]])["Volumes"]
    assert (volume["Size"], volume["VolumeType"], volume["Encrypted"]) == (8, "gp3", False)


def test_user_data_is_read_back_as_it_was_written(ec2: Any, network: Network, launch: Launch) -> None:
    instance_id = launch(SubnetId=network.private_id, UserData="#!/bin/sh\n")["InstanceId"]
    held = ec2.describe_instance_attribute(InstanceId=instance_id, Attribute="userData")
    assert base64.b64decode(held["UserData"]["Value"]) == b"#!/bin/sh\n"


def test_metadata_options_that_are_not_named_stay_where_moto_forgets_them(
    ec2: Any, network: Network, launch: Launch
) -> None:
    options = {"HttpTokens": "required", "HttpPutResponseHopLimit": 2}
    instance = launch(SubnetId=network.private_id, MetadataOptions=options)
    assert instance["MetadataOptions"]["HttpTokens"] == "required"
    ec2.modify_instance_metadata_options(InstanceId=instance["InstanceId"], InstanceMetadataTags="enabled")
    now = described(ec2, instance["InstanceId"])["MetadataOptions"]
    assert (now["HttpTokens"], now["HttpPutResponseHopLimit"]) == ("required", 2)
    assert now["InstanceMetadataTags"] == "enabled"


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("disableApiTermination", True),
        ("disableApiStop", True),
        ("instanceInitiatedShutdownBehavior", "terminate"),
    ],
)
def test_an_attribute_that_is_set_is_read_back(
    ec2: Any, network: Network, launch: Launch, attribute: str, value: Any
) -> None:
    instance_id = launch(SubnetId=network.private_id)["InstanceId"]
    name = attribute[0].upper() + attribute[1:]
    ec2.modify_instance_attribute(InstanceId=instance_id, **{name: {"Value": value}})
    held = ec2.describe_instance_attribute(InstanceId=instance_id, Attribute=attribute)
    assert held[name]["Value"] == value
    assert len(network.interfaces()[0]["Groups"]) == 1
    reset = False if value is True else "stop"
    ec2.modify_instance_attribute(InstanceId=instance_id, **{name: {"Value": reset}})


def test_a_protected_instance_stays_and_keeps_its_interface(
    ec2: Any, network: Network, launch: Launch
) -> None:
    instance_id = launch(SubnetId=network.private_id, DisableApiTermination=True)["InstanceId"]
    assert code_of(ec2.terminate_instances, InstanceIds=[instance_id]) == "OperationNotPermitted"
    assert network.interfaces()[0]["Status"] == "in-use"
    ec2.modify_instance_attribute(InstanceId=instance_id, DisableApiTermination={"Value": False})


def test_burstable_instances_have_the_credits_of_their_family_until_told_otherwise(
    ec2: Any, network: Network, launch: Launch
) -> None:
    instance_id = launch(SubnetId=network.private_id)["InstanceId"]

    def credits() -> str:
        held = ec2.describe_instance_credit_specifications(InstanceIds=[instance_id])
        told: str = held["InstanceCreditSpecifications"][0]["CpuCredits"]
        return told

    assert credits() == "unlimited"
    ec2.modify_instance_credit_specification(
        InstanceCreditSpecifications=[{"InstanceId": instance_id, "CpuCredits": "standard"}]
    )
    assert credits() == "standard"


def test_a_launch_template_fills_in_what_the_request_leaves_out(
    ec2: Any, network: Network, launch: Launch
) -> None:
    group_id = network.group("templated")
    template_id = ec2.create_launch_template(
        LaunchTemplateName=f"template-{network.block}",
        TagSpecifications=[{"ResourceType": "launch-template", "Tags": [{"Key": "Of", "Value": "it"}]}],
        LaunchTemplateData={
            "ImageId": IMAGE,
            "InstanceType": "t3.nano",
            "NetworkInterfaces": [
                {
                    "DeviceIndex": 0,
                    "SubnetId": network.public_id,
                    "Groups": [group_id],
                    "AssociatePublicIpAddress": True,
                }
            ],
            "MetadataOptions": {"HttpTokens": "required"},
        },
    )["LaunchTemplate"]["LaunchTemplateId"]
    [version] = ec2.describe_launch_template_versions(LaunchTemplateId=template_id)["LaunchTemplateVersions"]
    assert "TagSpecifications" not in version["LaunchTemplateData"]
    made = ec2.run_instances(MinCount=1, MaxCount=1, LaunchTemplate={"LaunchTemplateId": template_id})
    instance = described(ec2, made["Instances"][0]["InstanceId"])
    assert (instance["InstanceType"], instance["ImageId"]) == ("t3.nano", IMAGE)
    assert [group["GroupId"] for group in instance["SecurityGroups"]] == [group_id]
    assert "PublicIpAddress" in instance
    assert instance["MetadataOptions"]["HttpTokens"] == "required"
    ec2.terminate_instances(InstanceIds=[instance["InstanceId"]])
    ec2.delete_launch_template(LaunchTemplateId=template_id)


@pytest.mark.parametrize(
    ("template", "code"),
    [
        ({"LaunchTemplateName": "no-such-template"}, "InvalidLaunchTemplateName.NotFoundException"),
        ({"LaunchTemplateId": "lt-0123456789abcdef0"}, "InvalidLaunchTemplateId.NotFound"),
    ],
)
def test_a_launch_template_that_is_not_there_is_refused_as_aws_does(
    ec2: Any, template: dict[str, str], code: str
) -> None:
    with pytest.raises(ClientError) as refused:
        ec2.run_instances(MinCount=1, MaxCount=1, LaunchTemplate=template)
    assert refused.value.response["Error"]["Code"] == code


def test_the_image_has_the_root_volume_that_an_instance_gets(ec2: Any) -> None:
    [image] = ec2.describe_images(ImageIds=[IMAGE])["Images"]
    [mapping] = image["BlockDeviceMappings"]
    assert (mapping["DeviceName"], mapping["Ebs"]["VolumeSize"]) == ("/dev/xvda", 8)
