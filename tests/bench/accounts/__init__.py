"""Accounts of any size, as AWS's describe calls tell of them: made up, and the same for the same size.

Most interfaces are those of instances; the others belong to load balancers, databases and NAT gateways. Every
service has a security group that admits the groups of services before it, so that hundreds of groups refer
to each other. Subnets of a tier share a network ACL; those of applications have a route table and a NAT
gateway for each zone. VPCs stand in a ring of peerings.
"""

from __future__ import annotations

from random import Random

from tests.bench.accounts.account import Account, Document, Vpc
from tests.bench.accounts.ends import populate
from tests.bench.accounts.filters import acls, groups
from tests.bench.accounts.ground import lay_out

__all__ = ["documents"]

_LEAST = 100
_PER_VPC = 250


def documents(interfaces: int) -> dict[str, Document]:
    """The answers of the describe calls of an account.

    Parameters
    ----------
    interfaces
        How many network interfaces it has: 100 at least.

    Returns
    -------
    dict
        The command line's name of each call (``describe-vpcs``) to its whole answer.

    Raises
    ------
    ValueError
        Too few for one part of each kind.
    """
    if interfaces < _LEAST:
        raise ValueError(f"an account of {interfaces} interfaces: {_LEAST} are the least")
    account = Account(Random(interfaces))
    vpcs = max(2, interfaces // _PER_VPC)
    for number in range(vpcs):
        size = interfaces // vpcs + (number < interfaces % vpcs)
        vpc = Vpc(account, number, vpcs, size)
        lay_out(vpc)
        acls(vpc)
        groups(vpc)
        populate(vpc)
    return account.documents()
