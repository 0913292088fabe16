"""A state that Terraform did not write to its end, made by Terraform itself, and everything that reads it."""

from __future__ import annotations

import fcntl
import json
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from scripts import terraform_state
from scripts.errors import MissingError, RemoteError
from scripts.terraform import Terraform
from scripts.terraform_state import StateFile, TornStateError, read_state, resources_in_state
from tests.scripts.roots import Apart, apart, carry_out

#: Of Terraform's own provider, which is part of it: no other program, and as large a state as the stack's.
ROOT_MODULE = """
terraform {
  backend "local" {}
}
variable "name" { type = string }
variable "region" { type = string }
variable "generation" { type = number }
resource "terraform_data" "this" {
  for_each = toset([for number in range(300) : format("%04d", number)])
  input    = "${var.name} ${var.generation} ${join("", [for number in range(60) : "${each.key} "])}"
}
"""


@dataclass(frozen=True)
class Work:
    """A state that Terraform made, and what the wrapper says meanwhile."""

    settings: Apart
    said: list[str]

    @property
    def state(self) -> Path:
        return self.settings.state_file

    @property
    def aside(self) -> list[Path]:
        return sorted((self.settings.terraform_dir / "archive").glob("kept-*.tfstate"))

    def terraform(self, generation: int = 1) -> Terraform:
        return Terraform(self.settings, {"generation": generation}, self.said.append)

    def tear(self, offset: int) -> bytes:
        """End the state after so many bytes, as a Terraform does that is killed there."""
        content = self.state.read_bytes()[:offset]
        self.state.write_bytes(content)
        return content


@pytest.fixture(scope="module")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Apart:
    """Applied twice, so that Terraform's own backup is there too."""
    settings = apart(tmp_path_factory.mktemp("state"), ROOT_MODULE)
    for generation in (0, 1):
        terraform = Terraform(settings, {"generation": generation})
        terraform.init()
        carry_out(terraform)
    assert settings.state_file.stat().st_size > 131_072
    return settings


@pytest.fixture
def work(applied: Apart, tmp_path: Path) -> Work:
    shutil.copytree(applied.local_dir, tmp_path / ".local", symlinks=True)
    return Work(Apart(local_dir=tmp_path / ".local", root=applied.root), [])


@pytest.mark.parametrize(
    "where", ["at once", "in the first line", "at a page", "in the middle", "at the end"]
)
def test_a_torn_state_is_kept_and_the_last_whole_one_takes_its_place(work: Work, where: str) -> None:
    whole = work.state.read_bytes()
    offset = {"at once": 0, "in the first line": 1, "at a page": 131_072, "in the middle": len(whole) // 3}
    torn = work.tear(offset.get(where, len(whole) - 2))
    work.terraform().mend()
    assert work.state.read_bytes() == whole
    assert [path.read_bytes() for path in work.aside] == ([torn] if torn else [])
    assert work.terraform().unfinished
    (sentence,) = work.said
    assert f"ends after {len(torn):,} bytes" in sentence
    assert "with 300 resources, is put in its place" in sentence
    if torn:
        assert str(work.aside[0]) in sentence


def test_a_state_is_torn_wherever_it_ends_too_early_and_whole_without_its_last_newline(work: Work) -> None:
    whole = work.state.read_bytes().rstrip()
    for offset in [*range(0, len(whole), 9_973), len(whole) - 1]:
        work.state.write_bytes(whole[:offset])
        with pytest.raises(TornStateError, match="cut off"):
            read_state(work.state)
        assert StateFile(work.state).mend()
        assert read_state(work.state)["resources"]
    work.state.write_bytes(whole)
    assert StateFile(work.state).mend() is None
    # As a power cut leaves a file whose size was written and whose content was not.
    work.state.write_bytes(bytes(len(whole)))
    assert StateFile(work.state).mend()


def test_after_a_tear_plan_apply_and_destroy_work_and_nothing_is_made_twice(work: Work) -> None:
    whole = read_state(work.state)
    for offset in (0, 131_072):
        work.tear(offset)
        terraform = work.terraform()
        terraform.init()
        with terraform.planned(quiet=True) as planned:
            assert not planned.changes
    work.tear(4_096)
    terraform = work.terraform()
    terraform.init()
    carry_out(terraform)
    assert read_state(work.state)["lineage"] == whole["lineage"]
    work.tear(0)
    terraform.init()
    carry_out(terraform, destroy=True)
    assert resources_in_state(work.state) == []
    assert len(work.said) == 4


def test_without_a_copy_of_ours_terraforms_own_backup_takes_the_place(work: Work) -> None:
    (work.settings.terraform_dir / "terraform.tfstate.whole").unlink()
    work.tear(131_072)
    work.terraform().mend()
    assert work.state.read_bytes() == (work.settings.terraform_dir / "terraform.tfstate.backup").read_bytes()
    terraform = work.terraform()
    terraform.init()
    with terraform.planned(quiet=True) as planned:
        assert planned.changes


def test_a_copy_of_another_life_does_not_take_the_place(work: Work) -> None:
    other = json.loads(work.state.read_bytes()) | {"lineage": "another", "serial": 10_000}
    (work.settings.terraform_dir / "terraform.tfstate.whole").write_text(json.dumps(other))
    lineage = read_state(work.state)["lineage"]
    work.tear(131_072)
    work.terraform().mend()
    assert read_state(work.state)["lineage"] == lineage


def test_a_copy_is_put_aside_where_plain_terraform_began_anew_on_an_emptied_state(work: Work) -> None:
    whole = work.tear(len(work.state.read_bytes()))
    work.state.write_text(json.dumps(json.loads(whole) | {"lineage": "another", "serial": 1}))
    work.terraform().mend()
    assert [path.read_bytes() for path in work.aside] == [whole]
    work.terraform().mend()
    assert len(work.aside) == 1


def test_without_any_copy_the_torn_state_is_kept_and_a_new_one_begins(work: Work) -> None:
    for name in ("whole", "backup"):
        (work.settings.terraform_dir / f"terraform.tfstate.{name}").unlink()
    torn = work.tear(131_072)
    terraform = work.terraform()
    terraform.init()
    assert terraform.unfinished
    assert "it begins anew" in work.said[0]
    assert [path.read_bytes() for path in work.aside] == [torn]
    assert terraform.resources() == []
    with terraform.planned(quiet=True) as planned:
        assert planned.changes


def test_a_state_that_is_cut_off_is_reported_and_not_taken_for_empty(tmp_path: Path) -> None:
    state = tmp_path / "terraform.tfstate"
    assert resources_in_state(state) == []
    state.write_text('{"resources": [{"mode": "managed", "type": "aws_vpc", "name": "this"}]}')
    assert resources_in_state(state) == ["aws_vpc.this"]
    state.write_text('{"resources": [{"mo')
    with pytest.raises(TornStateError, match="cut off"):
        resources_in_state(state)


def test_resources_are_counted_as_a_plan_does_each_of_a_kind_for_itself(tmp_path: Path) -> None:
    state = tmp_path / "terraform.tfstate"
    subnets = {"mode": "managed", "type": "aws_subnet", "name": "this", "module": "module.network[0]"}
    instances = [{"index_key": "us-east-1a"}, {"index_key": 1}]
    state.write_text(json.dumps({"resources": [{**subnets, "instances": instances}]}))
    assert resources_in_state(state) == [
        'module.network[0].aws_subnet.this["us-east-1a"]', "module.network[0].aws_subnet.this[1]",
    ]  # fmt: skip


def test_an_empty_state_that_nothing_was_written_to_is_no_torn_one(tmp_path: Path) -> None:
    file = tmp_path / "terraform.tfstate"
    file.touch()
    assert StateFile(file).mend() is None
    assert resources_in_state(file) == []
    assert not StateFile(file).unfinished


def test_where_there_is_no_state_a_new_one_begins_without_the_copies_of_the_old(work: Work) -> None:
    work.state.unlink()
    work.terraform().mend()
    work.state.touch()
    assert StateFile(work.state).mend() is None
    assert resources_in_state(work.state) == []
    assert len(work.aside) == 2


def test_a_state_of_what_is_no_more_is_put_aside_with_nothing_left_to_look_for(work: Work) -> None:
    torn = work.tear(131_072)
    file, archive = StateFile(work.state), work.settings.terraform_dir / "archive" / "earlier.tfstate"
    file.begin()
    assert file.forget(archive)
    assert archive.read_bytes() == torn
    assert not file.unfinished
    assert file.mend() is None
    assert work.aside == []
    assert not file.forget(archive)


def test_terraform_killed_while_it_writes_leaves_a_whole_state_and_a_sentence(work: Work) -> None:
    """Killed by a provisioner of its own: the state has been written many times by then."""
    killing = """
    resource "terraform_data" "fatal" {
      depends_on = [terraform_data.this]
      provisioner "local-exec" {
        command = "head -c 131072 \\"$STATE\\" > cut; cat cut > \\"$STATE\\"; kill -9 $PPID"
      }
    }
    """
    settings = apart(work.settings.local_dir.parent, ROOT_MODULE + killing)
    terraform = Terraform(settings, {"generation": 2}, work.said.append)
    terraform.init()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STATE", str(work.state))
        with pytest.raises(RemoteError, match="killed by SIGKILL") as caught:
            carry_out(terraform)
    assert "make apply" in caught.value.hint
    assert "ends after 131,072 bytes" in work.said[0]
    assert resources_in_state(work.state)
    assert terraform.unfinished
    assert [path.stat().st_size for path in work.aside] == [131_072]


def test_what_terraform_writes_is_kept_while_it_works(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terraform_state, "_INTERVAL", 0.01)
    copy = work.settings.terraform_dir / "terraform.tfstate.whole"
    later = work.state.read_bytes().replace(b'"serial"', b'"serial" ')
    with StateFile(work.state).kept():
        work.state.write_bytes(later)
        deadline = time.monotonic() + 240
        while copy.read_bytes() != later:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        work.tear(131_072)
    assert copy.read_bytes() == later
    assert copy.stat().st_mode & 0o077 == 0


@pytest.fixture
def terraform_at_work(work: Work) -> Iterator[subprocess.Popen[str]]:
    """Somebody who holds the state's lock, as Terraform does, and finishes it when told to."""
    program = (
        "import fcntl, sys\n"
        "state = open(sys.argv[1], 'r+b')\n"
        "fcntl.lockf(state, fcntl.LOCK_EX)\n"
        "whole = state.read(); state.seek(0); state.truncate(); state.write(whole[:131072]); state.flush()\n"
        "print('half', flush=True)\n"
        "sys.stdin.readline()\n"
        "state.write(whole[131072:])\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(work.state)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "half\n"
        yield process
        process.kill()


def test_a_state_that_is_just_being_written_is_waited_for(
    work: Work, terraform_at_work: subprocess.Popen[str]
) -> None:
    found: list[list[str]] = []
    readers = [
        threading.Thread(target=lambda: found.append(resources_in_state(work.state))),
        threading.Thread(target=lambda: found.append([str(StateFile(work.state).mend())])),
    ]
    for reader in readers:
        reader.start()
    assert terraform_at_work.stdin
    terraform_at_work.stdin.write("\n")
    terraform_at_work.stdin.close()
    for reader in readers:
        reader.join()
    each = [f'terraform_data.this["{number:04d}"]' for number in range(300)]
    assert sorted(found) == [["None"], each]
    assert work.aside == []


def test_a_terraform_that_does_not_end_is_told(
    work: Work, terraform_at_work: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terraform_state, "PATIENCE", 0.2)
    for read in (lambda: read_state(work.state), lambda: StateFile(work.state).mend()):
        with pytest.raises(MissingError, match="Terraform is at work"):
            read()
    assert terraform_at_work.poll() is None
    assert work.state.stat().st_size == 131_072


def test_who_holds_the_state_for_reading_does_not_release_terraforms_lock(
    work: Work, terraform_at_work: subprocess.Popen[str]
) -> None:
    with work.state.open("r+b") as state, pytest.raises(BlockingIOError):
        fcntl.lockf(state, fcntl.LOCK_EX | fcntl.LOCK_NB)
    assert terraform_at_work.poll() is None


def test_json_that_is_no_state_is_left_to_whoever_wrote_it(work: Work) -> None:
    work.state.write_text('{"resources": [{"mode": "managed"}]}')
    assert StateFile(work.state).mend() is None
    with pytest.raises(RemoteError, match="not a Terraform state"):
        read_state(work.state)
