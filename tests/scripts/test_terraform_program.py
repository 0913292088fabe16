from __future__ import annotations

from pathlib import Path

import pytest

from scripts import terraform_program
from scripts.config import Settings
from scripts.errors import MissingError


def _program(folder: Path, answer: str) -> str:
    path = folder / "terraform"
    path.write_text(f"#!/bin/sh\necho '{answer}'\n")
    path.chmod(0o755)
    return str(folder)


def _mirror(folder: Path) -> Path:
    (folder / terraform_program.PROVIDER).mkdir(parents=True)
    return folder


def test_the_terraform_on_path_is_found_with_its_version() -> None:
    found = terraform_program.find()
    assert found.path.is_file()
    assert tuple(int(part) for part in found.version.split(".")[:2]) >= terraform_program.MINIMUM


def test_without_terraform_the_message_says_how_to_install_it(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match="not on PATH") as caught:
        terraform_program.find(str(tmp_path))
    assert "brew install" in caught.value.hint
    assert "apt-get install terraform" in caught.value.hint


def test_a_terraform_that_is_too_old_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match=r"1\.8\.5 .* too old; 1\.9"):
        terraform_program.find(_program(tmp_path, '{"terraform_version": "1.8.5"}'))


def test_a_program_that_is_not_terraform_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match="does not say its version"):
        terraform_program.find(_program(tmp_path, "hello"))


def test_the_mirror_that_a_variable_names_goes_first(tmp_path: Path) -> None:
    named = _mirror(tmp_path / "named")
    _mirror(tmp_path / "home" / ".terraform.d" / "plugins")
    environ = {"TF_PLUGIN_MIRROR": str(named), "HOME": str(tmp_path / "home")}
    assert terraform_program.provider_mirror(environ) == named


@pytest.mark.parametrize(
    "folder", ["home/.terraform.d/plugins", "home/.local/share/terraform/plugins", "opt/any-name"]
)
def test_a_mirror_is_found_where_terraform_or_an_administrator_puts_it(tmp_path: Path, folder: str) -> None:
    expected = _mirror(tmp_path / folder)
    environ = {"HOME": str(tmp_path / "home"), "XDG_DATA_DIRS": str(tmp_path)}
    assert terraform_program.provider_mirror(environ, opt=tmp_path / "opt") == expected


def test_a_variable_that_names_no_mirror_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match="TF_PLUGIN_MIRROR"):
        terraform_program.provider_mirror({"TF_PLUGIN_MIRROR": str(tmp_path)})


def test_the_cli_configuration_names_the_mirror_and_nothing_else_serves_the_provider(tmp_path: Path) -> None:
    mirror = _mirror(tmp_path / "mirror")
    written = terraform_program.cli_config(
        tmp_path / "terraform", {"TF_PLUGIN_MIRROR": str(mirror)}
    ).read_text()
    assert f'path = "{mirror}"' in written
    assert 'exclude = ["registry.terraform.io/hashicorp/aws"]' in written


def test_the_local_environment_holds_nothing_of_a_users_account(tmp_path: Path) -> None:
    theirs = {
        "PATH": "/bin",
        "HOME": str(tmp_path),
        "AWS_PROFILE": "work",
        "AWS_SESSION_TOKEN": "real",
        "AWS_ENDPOINT_URL_S3": "https://example.com",
        "TF_VAR_name": "other",
        "TF_WORKSPACE": "other",
        "HTTPS_PROXY": "http://proxy:3128",
    }
    settings = Settings(local_dir=tmp_path / ".local", gateway_port=4599)
    env = terraform_program.environment(settings, theirs)
    assert env["AWS_ACCESS_KEY_ID"] == "test"
    assert env["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4599"
    assert env["TF_DATA_DIR"] == str(tmp_path / ".local" / "terraform" / "data")
    assert not (theirs.keys() - {"PATH", "HOME"}) & env.keys()


def test_the_environment_of_aws_is_the_users_own(tmp_path: Path) -> None:
    theirs = {"AWS_PROFILE": "work", "HTTPS_PROXY": "http://proxy:3128", "HOME": str(tmp_path)}
    settings = Settings(target="aws", aws_dir=tmp_path / ".aws-state")
    env = terraform_program.environment(settings, theirs)
    assert env["AWS_PROFILE"] == "work"
    assert env["HTTPS_PROXY"] == "http://proxy:3128"
    assert "AWS_ENDPOINT_URL" not in env
