"""The stages of `make apply`, a first one and one with nothing to do, against `terraform apply` alone."""

from __future__ import annotations

from tests.bench.environment import Environment, Run
from tests.bench.measure import Aim, Baseline, Figure
from tests.bench.workplace import Workplace

#: Seconds: all but Terraform of the first one; and the whole second one.
FIRST_AIM, SECOND_AIM = Aim(most=25), Aim(most=30)


def run(at: Workplace) -> list[Figure]:
    """The first `make apply` of a new run-time folder, and a second one."""
    environment = at.environment
    first, again = environment.applied, environment.run("make", "apply")
    return [
        *_stages("first", first, environment),
        Figure("first: all but Terraform", first.seconds - first.of_terraform, "s", _alone(first), FIRST_AIM),
        *_stages("again", again, environment),
        Figure("again: whole", again.seconds, "s", _alone(again), SECOND_AIM),
    ]


def _alone(run_: Run) -> Baseline:
    call = run_.call("apply")
    return Baseline("terraform apply alone", call.ended - call.began)


def _stages(name: str, run_: Run, environment: Environment) -> list[Figure]:
    alone = _alone(run_)
    init, apply = run_.call("init"), run_.call("apply")
    before = init.began - run_.began - environment.made.seconds
    stages = {
        "environment (make env)": environment.made.seconds,
        "local cloud (and the start of `lab`)": before,
        "terraform init": init.ended - init.began,
        "terraform apply": apply.ended - apply.began,
        "seed (and the overview)": run_.ended - apply.ended,
    }
    return [Figure(f"{name}: {stage}", seconds, "s", alone) for stage, seconds in stages.items()]
