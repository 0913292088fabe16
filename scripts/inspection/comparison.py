"""State and API side by side: what is in only one of them is said."""

from __future__ import annotations

from dataclasses import replace

from scripts.inspection.model import Environment, Mark, Resource, Zone, ordered


def compare(state: Environment, aws: Environment) -> Environment:
    """What AWS shows, with Terraform's addresses, and every difference in existence marked.

    Parameters
    ----------
    state
        What Terraform believes.
    aws
        What there is. Where both know a resource, this tells its attributes.
    """
    declared = {(type(each), each.id): each for each in state.resources}
    found = {(type(each), each.id) for each in aws.resources}
    both = [_marked(each, declared.get((type(each), each.id))) for each in aws.resources]
    missing = [
        replace(each, mark=Mark.STATE_ONLY)
        for key, each in declared.items()
        if key not in found and not isinstance(each, Zone)
    ]
    return Environment(aws.name, f"{aws.source}, and Terraform's state", ordered([*both, *missing]))


def _marked(resource: Resource, declared: Resource | None) -> Resource:
    if isinstance(resource, Zone):
        return resource
    if declared is not None:
        return replace(resource, address=declared.address, mark=Mark.NONE)
    return resource if resource.mark is Mark.AWS_MADE else replace(resource, mark=Mark.AWS_ONLY)
