"""Who may do what: a request judged by the policies that apply to it, as AWS judges it, with the reason.

Pure: no call, no clock, no file but the tables of published actions and keys.

* ``judge(Request, PolicySet)`` decides; ``Account.judge(principal, action, resource, context)`` finds them.
* ``readers`` make accounts of ``GetAccountAuthorizationDetails``, of saved documents and of Terraform plans.
* ``validate`` refuses the documents that AWS refuses; ``denial`` and ``summary`` put a decision in words.
"""

from scripts.authorization.account import Account, bucket_of
from scripts.authorization.acl import read_acl
from scripts.authorization.catalogue import ActionEntry, find_action, require_action
from scripts.authorization.decisions import Decision, Outcome, Weighed
from scripts.authorization.engine import judge
from scripts.authorization.entities import Entity, Group
from scripts.authorization.explanation import cite, denial, summary, why
from scripts.authorization.faults import DocumentKind, MalformedPolicyError
from scripts.authorization.model import Principal, PrincipalType, Request
from scripts.authorization.policies import Policy, PolicyKind, PolicySet, read_policy, unknown_policy
from scripts.authorization.public_access import PublicAccessBlock, acl_is_public, is_public
from scripts.authorization.validation import faults, validate

__all__ = [
    "Account",
    "ActionEntry",
    "Decision",
    "DocumentKind",
    "Entity",
    "Group",
    "MalformedPolicyError",
    "Outcome",
    "Policy",
    "PolicyKind",
    "PolicySet",
    "Principal",
    "PrincipalType",
    "PublicAccessBlock",
    "Request",
    "Weighed",
    "acl_is_public",
    "bucket_of",
    "cite",
    "denial",
    "faults",
    "find_action",
    "is_public",
    "judge",
    "read_acl",
    "read_policy",
    "require_action",
    "summary",
    "unknown_policy",
    "validate",
    "why",
]
