"""EC2 and its networks, in front of LocalStack's own provider and Moto.

One module for each topic; each puts its operations into the one table.
"""

from __future__ import annotations

from localstack.services.plugins import Service

from scripts.local_cloud.providers.ec2 import (  # noqa: F401  (importing a topic registers its operations)
    cidr_reservations,
    dhcp_options,
    elastic_addresses,
    endpoints,
    flow_logs,
    images,
    instance_attributes,
    instances,
    interfaces,
    internet_gateways,
    launch,
    launch_templates,
    nat_gateways,
    network_acls,
    peering,
    prefix_lists,
    region,
    route_tables,
    routes,
    security_group_rules,
    security_groups,
    subnets,
    volumes,
    vpcs,
)
from scripts.local_cloud.providers.ec2.operations import PROVIDER, operations


def build() -> Service:
    """The service; LocalStack's provider patches Moto when it is made, as it does without us."""
    return operations.build(lifecycle_hook=PROVIDER)
