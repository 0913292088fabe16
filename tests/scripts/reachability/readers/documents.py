"""Answers of the AWS API for tests, in its own words: a VPC with everything, as small as it can be."""

from __future__ import annotations

from typing import Any

LB = "arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/app/web/50dc6c495c0c9188"
LISTENER = LB.replace(":loadbalancer/", ":listener/") + "/f2f7dc8efc522ab2"
GROUP = "arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/app/73e2d6bc24d8a067"

Documents = dict[str, Any]


def empty() -> Documents:
    """What AWS answers about an account without a network."""
    return {
        "describe-vpcs": {"Vpcs": []},
        "describe-subnets": {"Subnets": []},
        "describe-route-tables": {"RouteTables": []},
        "describe-network-acls": {"NetworkAcls": []},
        "describe-security-groups": {"SecurityGroups": []},
        "describe-network-interfaces": {"NetworkInterfaces": []},
    }


def interface(identifier: str, subnet: str, address: str, *groups: str, **fields: Any) -> dict[str, Any]:
    """One interface, as DescribeNetworkInterfaces tells of it."""
    return {
        "NetworkInterfaceId": identifier,
        "VpcId": "vpc-1",
        "SubnetId": subnet,
        "PrivateIpAddress": address,
        "PrivateIpAddresses": [{"PrivateIpAddress": address, "Primary": True}],
        "Groups": [{"GroupId": each, "GroupName": each} for each in groups],
        "SourceDestCheck": True,
        "Status": "in-use",
    } | fields


def database(identifier: str, *groups: str, zone: str = "us-east-1b", **fields: Any) -> dict[str, Any]:
    """One DB instance, as DescribeDBInstances tells of it."""
    return {
        "DBInstanceIdentifier": identifier,
        "DBInstanceStatus": "available",
        "Engine": "postgres",
        "Endpoint": {"Address": f"{identifier}.abc.us-east-1.rds.amazonaws.com", "Port": 5433},
        "AvailabilityZone": zone,
        "PubliclyAccessible": False,
        "VpcSecurityGroups": [{"VpcSecurityGroupId": each, "Status": "active"} for each in groups],
        "DBSubnetGroup": {
            "VpcId": "vpc-1",
            "Subnets": [
                {"SubnetIdentifier": "subnet-a", "SubnetAvailabilityZone": {"Name": "us-east-1a"}},
                {"SubnetIdentifier": "subnet-b", "SubnetAvailabilityZone": {"Name": "us-east-1b"}},
            ],
        },
    } | fields


def full() -> Documents:
    """Two subnets, every kind of gateway, an instance behind a load balancer, a DB instance."""
    return {
        "describe-vpcs": {
            "Vpcs": [
                {
                    "VpcId": "vpc-1",
                    "CidrBlock": "10.0.0.0/16",
                    "CidrBlockAssociationSet": [
                        {"CidrBlock": "10.0.0.0/16", "CidrBlockState": {"State": "associated"}},
                        {"CidrBlock": "10.1.0.0/16", "CidrBlockState": {"State": "associated"}},
                        {"CidrBlock": "10.2.0.0/16", "CidrBlockState": {"State": "disassociated"}},
                    ],
                    "Ipv6CidrBlockAssociationSet": [
                        {"Ipv6CidrBlock": "2600:1f18::/56", "Ipv6CidrBlockState": {"State": "associated"}}
                    ],
                    "Tags": [{"Key": "Name", "Value": "lab"}],
                }
            ]
        },
        "describe-subnets": {
            "Subnets": [
                {
                    "SubnetId": f"subnet-{zone}",
                    "VpcId": "vpc-1",
                    "AvailabilityZone": f"us-east-1{zone}",
                    "CidrBlock": f"10.0.{number}.0/24",
                    "MapPublicIpOnLaunch": zone == "a",
                    "Ipv6CidrBlockAssociationSet": [],
                }
                for number, zone in enumerate("ab")
            ]
        },
        "describe-route-tables": {
            "RouteTables": [
                {
                    "RouteTableId": "rtb-main",
                    "VpcId": "vpc-1",
                    "Associations": [{"Main": True, "AssociationState": {"State": "associated"}}],
                    "Routes": [
                        {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"},
                        {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1", "State": "active"},
                        {"DestinationCidrBlock": "10.9.0.0/16", "VpcPeeringConnectionId": "pcx-1"},
                        {"DestinationIpv6CidrBlock": "::/0", "EgressOnlyInternetGatewayId": "eigw-1"},
                        {"DestinationPrefixListId": "pl-s3", "GatewayId": "vpce-s3", "State": "active"},
                        {
                            "DestinationCidrBlock": "192.168.0.0/16",
                            "InstanceId": "i-1",
                            "NetworkInterfaceId": "eni-web",
                        },
                    ],
                },
                {
                    "RouteTableId": "rtb-public",
                    "VpcId": "vpc-1",
                    "Associations": [{"Main": False, "SubnetId": "subnet-a"}],
                    "Routes": [
                        {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "State": "active"},
                        {"DestinationCidrBlock": "10.8.0.0/16", "VpcPeeringConnectionId": "pcx-gone",
                         "State": "blackhole"},
                    ],
                },
            ]
        },
        "describe-internet-gateways": {
            "InternetGateways": [
                {"InternetGatewayId": "igw-1", "Attachments": [{"VpcId": "vpc-1", "State": "available"}]},
                {"InternetGatewayId": "igw-2", "Attachments": []},
            ]
        },
        "describe-egress-only-internet-gateways": {
            "EgressOnlyInternetGateways": [
                {
                    "EgressOnlyInternetGatewayId": "eigw-1",
                    "Attachments": [{"VpcId": "vpc-1", "State": "attached"}],
                }
            ]
        },
        "describe-nat-gateways": {
            "NatGateways": [
                {
                    "NatGatewayId": "nat-1",
                    "VpcId": "vpc-1",
                    "SubnetId": "subnet-a",
                    "State": "available",
                    "ConnectivityType": "public",
                    "NatGatewayAddresses": [{"NetworkInterfaceId": "eni-nat", "PublicIp": "54.0.0.1"}],
                },
                {"NatGatewayId": "nat-0", "VpcId": "vpc-0", "SubnetId": "subnet-0", "State": "deleted"},
            ]
        },
        "describe-vpc-peering-connections": {
            "VpcPeeringConnections": [
                {
                    "VpcPeeringConnectionId": "pcx-1",
                    "RequesterVpcInfo": {"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"},
                    "AccepterVpcInfo": {
                        "VpcId": "vpc-theirs",
                        "OwnerId": "111111111111",
                        "CidrBlock": "10.9.0.0/16",
                        "CidrBlockSet": [{"CidrBlock": "10.9.0.0/16"}],
                    },
                    "Status": {"Code": "active"},
                }
            ]
        },
        "describe-vpc-endpoints": {
            "VpcEndpoints": [
                {
                    "VpcEndpointId": "vpce-s3",
                    "VpcEndpointType": "Gateway",
                    "VpcId": "vpc-1",
                    "ServiceName": "com.amazonaws.us-east-1.s3",
                    "State": "available",
                    "RouteTableIds": ["rtb-main"],
                }
            ]
        },
        "describe-prefix-lists": {
            "PrefixLists": [
                {
                    "PrefixListId": "pl-s3",
                    "PrefixListName": "com.amazonaws.us-east-1.s3",
                    "Cidrs": ["52.216.0.0/15"],
                }
            ]
        },
        "describe-managed-prefix-lists": {
            "PrefixLists": [
                {"PrefixListId": "pl-s3", "PrefixListName": "com.amazonaws.us-east-1.s3", "OwnerId": "AWS"},
                {"PrefixListId": "pl-own", "PrefixListName": "offices", "OwnerId": "000000000000"},
            ]
        },
        "get-managed-prefix-list-entries": {"pl-own": {"Entries": [{"Cidr": "203.0.113.0/24"}]}},
        "describe-network-acls": {
            "NetworkAcls": [
                {
                    "NetworkAclId": "acl-1",
                    "VpcId": "vpc-1",
                    "IsDefault": True,
                    "Associations": [{"SubnetId": "subnet-a"}, {"SubnetId": "subnet-b"}],
                    "Entries": [
                        {"RuleNumber": 32767, "Protocol": "-1", "RuleAction": "deny", "Egress": False,
                         "CidrBlock": "0.0.0.0/0"},
                        {"RuleNumber": 100, "Protocol": "6", "RuleAction": "allow", "Egress": False,
                         "CidrBlock": "0.0.0.0/0", "PortRange": {"From": 443, "To": 444}},
                        {"RuleNumber": 110, "Protocol": "1", "RuleAction": "allow", "Egress": False,
                         "CidrBlock": "0.0.0.0/0", "IcmpTypeCode": {"Type": 8, "Code": -1}},
                    ],
                }
            ]
        },
        "describe-security-groups": {
            "SecurityGroups": [
                {
                    "GroupId": "sg-web",
                    "GroupName": "web",
                    "VpcId": "vpc-1",
                    "OwnerId": "000000000000",
                    "IpPermissions": [
                        {
                            "IpProtocol": "tcp",
                            "FromPort": 80,
                            "ToPort": 80,
                            "IpRanges": [{"CidrIp": "0.0.0.0/0"}],
                            "Ipv6Ranges": [{"CidrIpv6": "::/0"}],
                            "PrefixListIds": [{"PrefixListId": "pl-own"}],
                            "UserIdGroupPairs": [{"GroupId": "sg-web", "UserId": "000000000000"}],
                        }
                    ],
                    "IpPermissionsEgress": [
                        {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-db"}]},
                    ],
                },
                {
                    "GroupId": "sg-db",
                    "GroupName": "db",
                    "VpcId": "vpc-1",
                    "OwnerId": "000000000000",
                    "IpPermissions": [
                        {"IpProtocol": "icmp", "FromPort": 8, "ToPort": -1,
                         "UserIdGroupPairs": [{"GroupId": "sg-web"}]},
                    ],
                    "IpPermissionsEgress": [],
                    "Tags": [{"Key": "Name", "Value": "databases"}],
                },
            ]
        },
        "describe-security-group-rules": {
            "SecurityGroupRules": [
                {"SecurityGroupRuleId": "sgr-1", "GroupId": "sg-db", "IsEgress": False, "IpProtocol": "icmp",
                 "FromPort": 8, "ToPort": -1, "ReferencedGroupInfo": {"GroupId": "sg-web"}},
            ]
        },
        "describe-network-interfaces": {
            "NetworkInterfaces": [
                interface(
                    "eni-web", "subnet-a", "10.0.0.10", "sg-web",
                    Attachment={"InstanceId": "i-1", "DeviceIndex": 0},
                    SourceDestCheck=False,
                    Association={"PublicIp": "54.0.0.9"},
                    PrivateIpAddresses=[
                        {"PrivateIpAddress": "10.0.0.11", "Primary": False},
                        {"PrivateIpAddress": "10.0.0.10", "Primary": True,
                         "Association": {"PublicIp": "54.0.0.9"}},
                    ],
                    Ipv6Addresses=[{"Ipv6Address": "2600:1f18::10"}],
                    TagSet=[{"Key": "Name", "Value": "front"}],
                ),
                interface("eni-spare", "subnet-b", "10.0.1.10", "sg-web",
                          Attachment={"InstanceId": "i-1", "DeviceIndex": 1}),
                interface("eni-nat", "subnet-a", "10.0.0.20", SourceDestCheck=False),
                interface("eni-lb", "subnet-a", "10.0.0.30", "sg-web",
                          Description=f"ELB {LB.partition(':loadbalancer/')[2]}"),
                interface("eni-db", "subnet-b", "10.0.1.40", "sg-db", Description="RDSNetworkInterface"),
            ]
        },
        "describe-instances": {
            "Reservations": [
                {
                    "Instances": [
                        {
                            "InstanceId": "i-1",
                            "State": {"Name": "running"},
                            "NetworkInterfaces": [
                                {"NetworkInterfaceId": "eni-spare", "Attachment": {"DeviceIndex": 1}},
                                {"NetworkInterfaceId": "eni-web", "Attachment": {"DeviceIndex": 0}},
                            ],
                        },
                        {"InstanceId": "i-0", "State": {"Name": "terminated"}},
                    ]
                }
            ]
        },
        "describe-load-balancers": {
            "LoadBalancers": [
                {
                    "LoadBalancerArn": LB,
                    "LoadBalancerName": "web",
                    "VpcId": "vpc-1",
                    "Type": "application",
                    "Scheme": "internet-facing",
                    "State": {"Code": "active"},
                    "AvailabilityZones": [{"SubnetId": "subnet-a", "ZoneName": "us-east-1a"}],
                    "SecurityGroups": ["sg-web"],
                }
            ]
        },
        "describe-load-balancer-attributes": {LB: {"Attributes": []}},
        "describe-listeners": {
            LB: {
                "Listeners": [
                    {
                        "ListenerArn": LISTENER,
                        "LoadBalancerArn": LB,
                        "Port": 80,
                        "Protocol": "HTTP",
                        "DefaultActions": [{"Type": "redirect"}],
                    }
                ]
            }
        },
        "describe-rules": {
            LISTENER: {
                "Rules": [
                    {
                        "RuleArn": LISTENER.replace(":listener/", ":listener-rule/") + "/9683b2d02a6cabee",
                        "Priority": "10",
                        "Conditions": [{"Field": "path-pattern"}],
                        "Actions": [
                            {
                                "Type": "forward",
                                "ForwardConfig": {
                                    "TargetGroups": [{"TargetGroupArn": GROUP, "Weight": 1}]
                                },
                            }
                        ],
                    }
                ]
            }
        },
        "describe-target-groups": {
            "TargetGroups": [
                {
                    "TargetGroupArn": GROUP,
                    "TargetGroupName": "app",
                    "Protocol": "HTTP",
                    "Port": 8080,
                    "VpcId": "vpc-1",
                    "TargetType": "instance",
                    "HealthCheckEnabled": True,
                    "HealthCheckPort": "8081",
                }
            ]
        },
        "describe-target-group-attributes": {GROUP: {"Attributes": []}},
        "describe-target-health": {
            GROUP: {
                "TargetHealthDescriptions": [
                    {"Target": {"Id": "i-1", "Port": 8080}, "TargetHealth": {"State": "healthy"}},
                    {"Target": {"Id": "i-9", "Port": 8080}, "TargetHealth": {"State": "draining"}},
                ]
            }
        },
        "get-connections": {"ConnectionList": []},
        "get-jobs": {"Jobs": []},
        "describe-db-instances": {"DBInstances": [database("orders", "sg-db")]},
    }  # fmt: skip
