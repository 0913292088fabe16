"""The environment as plain data: what AWS, a Terraform state or a plan is read into, and all that is drawn.

Every resource refers to others by their ``id``: AWS's own or, for what a plan has yet to make, Terraform's
address.
"""

from scripts.inspection.model.base import Mark, Resource
from scripts.inspection.model.environment import KINDS, AnyResource, Environment, ordered, without_marks
from scripts.inspection.model.network import (
    AclRule,
    Endpoint,
    GroupRule,
    InternetGateway,
    NatGateway,
    NetworkAcl,
    Route,
    RouteTable,
    SecurityGroup,
    Subnet,
    Vpc,
    Zone,
)
from scripts.inspection.model.parts import (
    Address,
    Alarm,
    Bucket,
    DbInstance,
    DeliveryStream,
    Instance,
    Listener,
    LoadBalancer,
    LogGroup,
    Queue,
    Role,
    Secret,
    Stream,
    Table,
    Target,
    Topic,
)

__all__ = [
    "KINDS",
    "AclRule",
    "Address",
    "Alarm",
    "AnyResource",
    "Bucket",
    "DbInstance",
    "DeliveryStream",
    "Endpoint",
    "Environment",
    "GroupRule",
    "Instance",
    "InternetGateway",
    "Listener",
    "LoadBalancer",
    "LogGroup",
    "Mark",
    "NatGateway",
    "NetworkAcl",
    "Queue",
    "Resource",
    "Role",
    "Route",
    "RouteTable",
    "Secret",
    "SecurityGroup",
    "Stream",
    "Subnet",
    "Table",
    "Target",
    "Topic",
    "Vpc",
    "Zone",
    "ordered",
    "without_marks",
]
