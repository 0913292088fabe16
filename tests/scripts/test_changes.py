"""What `lab apply` and `destroy` tell of Terraform's work, said by Terraform itself."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from scripts import terraform_events as events
from scripts.commands import changes
from scripts.commands.changes import Account, Work
from scripts.errors import RemoteError
from scripts.terraform import Terraform
from scripts.terraform_events import Event
from scripts.terraform_state import read_state, resources_in_state
from tests.scripts.roots import Apart, apart, carry_out

BEGIN = """
terraform {
  backend "local" {}
}
variable "name" { type = string }
variable "region" { type = string }
variable "generation" { type = number }
"""

#: Of the second generation one is new, one is changed, one is replaced and one is gone.
ROOT_MODULE = (
    BEGIN
    + """
module "parts" {
  source     = "./parts"
  generation = var.generation
}
resource "terraform_data" "gone" {
  for_each = var.generation == 1 ? toset(["a [b]"]) : toset([])
}
output "generation" { value = var.generation }
output "secret" {
  value     = "hush-${var.generation}"
  sensitive = true
}
"""
)
PARTS = """
variable "generation" { type = number }
resource "terraform_data" "new" {
  count = var.generation - 1
}
resource "terraform_data" "changed" {
  input = var.generation
}
resource "terraform_data" "replaced" {
  triggers_replace = var.generation
}
"""

#: The plan fails: what is said of it has the source's lines, values in it, and several lines of detail.
FAILING = (
    BEGIN
    + """
resource "terraform_data" "this" {
  lifecycle {
    precondition {
      condition     = var.generation > 5
      error_message = "Generation ${var.generation} is too young.\\n\\n  It should be\\n  more than 5."
    }
  }
}
check "warned" {
  assert {
    condition     = var.name == ""
    error_message = "The name is there."
  }
}
"""
)


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> Apart:
    """The first generation is there, and the second one is described."""
    folder = tmp_path_factory.mktemp("changes")
    settings = apart(folder, ROOT_MODULE)
    (settings.root / "parts").mkdir()
    (settings.root / "parts" / "main.tf").write_text(PARTS)
    terraform = Terraform(settings, {"generation": 1})
    terraform.init()
    carry_out(terraform)
    return settings


@contextmanager
def _accounted(settings: Apart, *, verbose: bool = False) -> Iterator[Account]:
    with changes.account(settings.log_dir / "terraform-apply.log", verbose=verbose) as account:
        yield account


def test_a_plan_is_told_in_short_with_every_loss_by_name_and_kept_whole(
    second: Apart, capsys: pytest.CaptureFixture[str]
) -> None:
    terraform = Terraform(second, {"generation": 2})
    with _accounted(second) as account, terraform.planned(hear=account.hear) as planned:
        account.plan(terraform, planned, whole=False)
        whole = re.sub(r"\x1b\[[0-9;]*m", "", terraform.plan_text(planned))
    told = capsys.readouterr().err
    assert re.search(r"MODULE +CREATE +CHANGE +REPLACE +DESTROY *\n\(root\) +1 *\nparts +1 +1 +1", told)
    assert "module.parts.terraform_data.replaced (cannot update)" in told
    assert '  terraform_data.gone["a [b]"] (delete because each key)\n' in told
    assert "Plan: 2 to add, 1 to change, 2 to destroy." in told
    assert "terraform_data.changed" not in told
    assert "\x1b" not in told
    log = second.log_dir / "terraform-apply.log"
    assert str(log) in told
    assert "-/+ resource" in whole
    assert whole in log.read_text()
    assert log.stat().st_mode & 0o077 == 0


def test_whoever_wants_it_is_told_everything_without_what_is_sensitive(
    second: Apart, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    copy = Apart(local_dir=tmp_path / ".local", root=second.root)
    terraform = Terraform(copy, {"generation": 1})
    terraform.init()
    with _accounted(copy, verbose=True) as account, terraform.planned(hear=account.hear) as planned:
        account.plan(terraform, planned, whole=True)
        account.work()
        terraform.apply_plan(planned, account.hear)
    told = capsys.readouterr().err
    log = (copy.log_dir / "terraform-apply.log").read_text()
    for text in (told, log):
        assert 'resource "terraform_data" "changed"' in text
        assert "module.parts.terraform_data.changed: Creation complete after" in text
        assert "Apply complete! Resources: 3 added, 0 changed, 0 destroyed." in text
        assert "generation = 1" in text
        assert "secret = (sensitive value)" in text
        assert "hush" not in text


def test_where_nothing_is_to_change_one_sentence_says_so(
    second: Apart, capsys: pytest.CaptureFixture[str]
) -> None:
    terraform = Terraform(second, {"generation": 1})
    with _accounted(second) as account, terraform.planned(hear=account.hear) as planned:
        account.plan(terraform, planned, whole=True)
    assert not planned.changes
    assert not account.drift
    assert "No changes" in capsys.readouterr().err


def test_errors_and_warnings_are_told_whole_as_terraform_prints_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = apart(tmp_path, FAILING)
    terraform = Terraform(settings, {"generation": 3})
    terraform.init()
    with (
        _accounted(settings) as account,
        pytest.raises(RemoteError, match="its message is above"),
        terraform.planned(hear=account.hear),
    ):
        pass
    told = capsys.readouterr().err
    assert "Generation 3 is too young.\n\n  It should be\n  more than 5." in told
    with pytest.raises(RemoteError) as caught, terraform.planned(quiet=True):
        pass
    printed = _words(caught.value.what.partition(":\n")[2])
    assert "var.generation" in printed
    assert printed in _words(told)
    assert "Warning: Check block assertion failed" in told
    assert "The name is there." in (settings.log_dir / "terraform-apply.log").read_text()


def _words(text: str) -> str:
    """Text without the frame that Terraform draws, and however it is wrapped."""
    return " ".join(re.sub("[│╷╵├─]", " ", text).split())


def test_an_apply_that_fails_tells_the_error_and_leaves_what_was_made_in_the_state(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = """
    resource "terraform_data" "made" {}
    resource "terraform_data" "failing" {
      depends_on = [terraform_data.made]
      provisioner "local-exec" { command = "echo 'it broke' >&2; exit 7" }
    }
    """
    settings = apart(tmp_path, BEGIN + code)
    terraform = Terraform(settings, {"generation": 1})
    terraform.init()
    with _accounted(settings) as account, terraform.planned(hear=account.hear) as planned:
        account.work()
        with pytest.raises(RemoteError, match="terraform apply failed; its message is above"):
            terraform.apply_plan(planned, account.hear)
    told = capsys.readouterr().err
    assert "Error: local-exec provisioner error" in told
    assert "exit status 7. Output: it broke" in told
    assert not terraform.unfinished
    assert "terraform_data.made" in resources_in_state(settings.state_file)


def _hook(kind: str, address: str, action: str) -> Event:
    return Event(kind, "", address=address, action=action)


def test_progress_counts_steps_and_names_what_takes_longest() -> None:
    work = Work(total=9)
    for address in "abcde":
        work.hear(_hook(events.BEGUN, address, "create"))
    work.hear(_hook(events.BEGUN, "data.x", "read"))
    assert re.fullmatch(r"creating a \(\ds\), creating b \(\ds\), creating c \(\ds\), 2 more", str(work))
    work.hear(_hook(events.DONE, "a", "create"))
    work.hear(_hook(events.DONE, "data.x", "read"))
    work.hear(_hook(events.FAILED, "b", "create"))
    work.hear(_hook(events.BEGUN, "a", "delete"))
    assert work.done == 1
    assert re.fullmatch(r"creating c \(\ds\), creating d \(\ds\), creating e \(\ds\), 1 more", str(work))
    # Told again after Ctrl-C: the same step.
    work.hear(_hook(events.DONE, "a", "create"))
    assert work.done == 1


def test_a_line_that_is_no_message_of_terraform_is_told_as_it_is() -> None:
    for line in ("panic: runtime error", "[1]", '"text"', '{"no": "type"}', ""):
        assert events.read(f"{line}\n") == Event(events.OTHER, line)


def test_a_type_of_message_that_is_not_known_has_its_text() -> None:
    assert events.read('{"@message": "Something new", "type": "new"}') == Event("new", "Something new")


#: Works until a file is there.
WAITING = (
    BEGIN
    + """
resource "terraform_data" "waiting" {
  provisioner "local-exec" {
    command = "touch \\"$FOLDER/begun\\"; until [ -e \\"$FOLDER/go\\" ]; do sleep 0.1; done"
  }
}
resource "terraform_data" "later" {
  depends_on = [terraform_data.waiting]
}
"""
)
APPLY = """
import sys
from pathlib import Path
from scripts.terraform import Terraform
from tests.scripts.roots import Apart, carry_out
folder = Path(sys.argv[1])
settings = Apart(local_dir=folder / ".local", root=folder / "root")
carry_out(Terraform(settings, {"generation": 1}))
"""


@contextmanager
def _at_work(folder: Path) -> Iterator[tuple[Apart, subprocess.Popen[str]]]:
    """An apply in a process group of its own, as a terminal makes one, in the middle of its work."""
    settings = apart(folder, WAITING)
    Terraform(settings, {"generation": 1}).init()
    with subprocess.Popen(
        [sys.executable, "-c", APPLY, str(folder)],
        env={**os.environ, "FOLDER": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            _wait_for(lambda: (folder / "begun").exists() or process.poll() is not None)
            yield settings, process
        finally:
            (folder / "go").touch()


def _wait_for(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 300
    while not what():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def test_ctrl_c_lets_terraform_end_what_it_has_begun_and_write_its_state(tmp_path: Path) -> None:
    with _at_work(tmp_path) as (settings, process):
        os.killpg(process.pid, signal.SIGINT)
        output, _ = process.communicate(timeout=300)
    assert "KeyboardInterrupt" in output
    assert "Interrupt received" in output
    assert process.returncode != 0
    assert resources_in_state(settings.state_file) == ["terraform_data.waiting"]
    assert read_state(settings.state_file)["serial"] > 0


def test_terraform_whose_lab_was_killed_ends_its_work(tmp_path: Path) -> None:
    with _at_work(tmp_path) as (settings, process):
        process.kill()
        process.wait()
    _wait_for(lambda: "terraform_data.later" in _resources(settings))
    assert Terraform(settings).unfinished


def _resources(settings: Apart) -> list[str]:
    return resources_in_state(settings.state_file)
