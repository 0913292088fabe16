"""Fields of AWS's answers that the model takes in, or that decide nothing about packets.

Whatever else an entry has is reported, so that a new setting of AWS is never passed over in silence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from scripts.reachability.model import Unmodelled

#: By the name of the shape in the API's own model. Of targets of routes that are not modelled the kind of the
#: target tells.
KNOWN: Mapping[str, frozenset[str]] = {
    shape: frozenset(names.split())
    for shape, names in {
        "Vpc": """
            VpcId CidrBlock CidrBlockAssociationSet Ipv6CidrBlockAssociationSet
            BlockPublicAccessStates IsDefault OwnerId InstanceTenancy Tags State DhcpOptionsId
        """,
        "Subnet": """
            SubnetId VpcId AvailabilityZone CidrBlock Ipv6CidrBlockAssociationSet
            MapPublicIpOnLaunch BlockPublicAccessStates AvailabilityZoneId OwnerId
            AssignIpv6AddressOnCreation Tags SubnetArn EnableDns64 Ipv6Native
            PrivateDnsNameOptionsOnLaunch State AvailableIpAddressCount DefaultForAz Type
        """,
        "RouteTable": """
            RouteTableId VpcId Associations Routes Tags OwnerId
        """,
        "Route": """
            DestinationCidrBlock DestinationIpv6CidrBlock DestinationPrefixListId
            EgressOnlyInternetGatewayId GatewayId NatGatewayId NetworkInterfaceId
            VpcPeeringConnectionId InstanceId InstanceOwnerId Origin State TransitGatewayId
            LocalGatewayId CarrierGatewayId CoreNetworkArn OdbNetworkArn IpAddress
        """,
        "InternetGateway": """
            InternetGatewayId Attachments OwnerId Tags
        """,
        "EgressOnlyInternetGateway": """
            EgressOnlyInternetGatewayId Attachments Tags
        """,
        "NatGateway": """
            NatGatewayId VpcId SubnetId NatGatewayAddresses State ConnectivityType CreateTime
            DeleteTime FailureCode FailureMessage ProvisionedBandwidth Tags
        """,
        "VpcPeeringConnection": """
            VpcPeeringConnectionId AccepterVpcInfo RequesterVpcInfo Status ExpirationTime Tags
        """,
        "ManagedPrefixList": """
            PrefixListId PrefixListName AddressFamily State StateMessage PrefixListArn MaxEntries
            Version Tags OwnerId
        """,
        "PrefixList": """
            PrefixListId PrefixListName Cidrs
        """,
        "VpcEndpoint": """
            VpcEndpointId VpcEndpointType VpcId ServiceName State RouteTableIds SubnetIds
            NetworkInterfaceIds Groups PolicyDocument IpAddressType DnsOptions PrivateDnsEnabled
            RequesterManaged DnsEntries CreationTimestamp Tags OwnerId LastError FailureReason
            ServiceRegion
        """,
        "NetworkAcl": """
            NetworkAclId VpcId IsDefault Associations Entries Tags OwnerId
        """,
        "NetworkAclEntry": """
            CidrBlock Egress IcmpTypeCode Ipv6CidrBlock PortRange Protocol RuleAction RuleNumber
        """,
        "SecurityGroup": """
            GroupId GroupName VpcId IpPermissions IpPermissionsEgress Tags SecurityGroupArn OwnerId
            Description
        """,
        "IpPermission": """
            IpProtocol FromPort ToPort UserIdGroupPairs IpRanges Ipv6Ranges PrefixListIds
        """,
        "NetworkInterface": """
            NetworkInterfaceId VpcId SubnetId PrivateIpAddress PrivateIpAddresses Ipv6Addresses
            Ipv6Address Association Attachment Groups SourceDestCheck Status Description
            InterfaceType AvailabilityZone ConnectionTrackingConfiguration MacAddress OwnerId
            PrivateDnsName PublicDnsName PublicIpDnsNameOptions RequesterId RequesterManaged TagSet
            Ipv6Native Operator
        """,
        "LoadBalancer": """
            LoadBalancerArn LoadBalancerName Scheme VpcId State Type AvailabilityZones
            SecurityGroups DNSName CanonicalHostedZoneId CreatedTime IpAddressType IpamPools
            EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic
        """,
        "Listener": """
            ListenerArn LoadBalancerArn Port Protocol DefaultActions Certificates SslPolicy
            AlpnPolicy MutualAuthentication
        """,
        "TargetGroup": """
            TargetGroupArn TargetGroupName Protocol Port VpcId HealthCheckPort HealthCheckEnabled
            TargetType HealthCheckProtocol HealthCheckIntervalSeconds HealthCheckTimeoutSeconds
            HealthyThresholdCount UnhealthyThresholdCount HealthCheckPath Matcher LoadBalancerArns
            ProtocolVersion IpAddressType
        """,
    }.items()
}

_CONSEQUENCES = {
    "PropagatingVgws": "a virtual private gateway puts routes into this table by itself",
    "OutpostArn": "it is on an Outpost, where further gateways decide",
    "Ipv4Prefixes": "prefixes that are delegated to it hold addresses that nobody is found at",
    "Ipv6Prefixes": "prefixes that are delegated to it hold addresses that nobody is found at",
    "DenyAllIgwTraffic": "public access to the VPC is blocked: nothing passes its internet gateway",
    "EncryptionControl": "traffic that is not encrypted may be refused",
}
#: What AWS writes for a setting that is off.
_NOTHING: tuple[Any, ...] = (None, "", False, [], {}, "off", "disabled")


def unknown(shape: str, identifier: str, entry: Mapping[str, Any]) -> Iterator[Unmodelled]:
    """Reports on fields of an entry that the model does not know and that are set."""
    for name in entry.keys() - KNOWN[shape]:
        if entry[name] not in _NOTHING:
            said = _CONSEQUENCES.get(name, "what it does to traffic is not known here")
            yield Unmodelled(identifier, f"{shape}.{name}", said)
