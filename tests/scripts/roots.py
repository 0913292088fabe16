"""Root modules of a test's own, with Terraform's built-in provider alone: no other program is needed."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from scripts.config import Settings
from scripts.terraform import Terraform
from scripts.terraform_events import Event


@dataclass(frozen=True)
class Apart(Settings):
    """Settings of a root module of the test's own."""

    root: Path = field(default=Path())

    @property
    def infrastructure(self) -> Path:
        return self.root


def apart(folder: Path, code: str) -> Apart:
    """Settings in which the code is the root module, and everything lies in the folder."""
    root = folder / "root"
    root.mkdir(exist_ok=True)
    (root / "main.tf").write_text(code)
    (root / "local.tfvars").touch()
    return Apart(local_dir=folder / ".local", root=root)


def carry_out(terraform: Terraform, *, destroy: bool = False) -> list[Event]:
    """Plan and apply, or destroy, in one go; what Terraform said meanwhile, which a failing test shows."""
    said: list[Event] = []

    def hear(event: Event) -> None:
        said.append(event)
        print(event.text)

    with terraform.planned(destroy=destroy, hear=hear) as planned:
        terraform.apply_plan(planned, hear)
    return said
