from __future__ import annotations

from pathlib import Path

import pytest

from scripts import config
from scripts.errors import BadInputError, ExitCode


def test_without_variables_the_target_is_this_machine() -> None:
    settings = config.load({})
    assert settings.target == "local"
    assert settings.endpoint_url == "http://127.0.0.1:4566"
    assert settings.state_file == config.ROOT / ".local" / "terraform" / "terraform.tfstate"


def test_a_region_of_the_shell_does_not_reach_the_local_target() -> None:
    assert config.load({"AWS_REGION": "eu-west-1"}).region == "us-east-1"
    assert config.load({"AWS_REGION": "eu-west-1", "LAB_TARGET": "aws"}).region == "eu-west-1"


def test_the_state_of_aws_lies_outside_the_folder_that_clean_removes() -> None:
    settings = config.load({"LAB_TARGET": "aws"})
    assert settings.local_dir not in settings.state_file.parents
    assert settings.endpoint_url is None


def test_tunnels_are_named_by_the_instance_that_they_lead_to() -> None:
    given = {"LAB_DB_TUNNELS": "sourcelab-mysql=localhost:13306, sourcelab-postgres=127.0.0.1:15432"}
    assert config.load(given).tunnels == {
        "sourcelab-mysql": ("localhost", 13306),
        "sourcelab-postgres": ("127.0.0.1", 15432),
    }


def test_a_relative_run_time_folder_is_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert config.load({"LAB_LOCAL_DIR": "run"}).local_dir == tmp_path / "run"


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"LAB_TARGET": "azure"}, "local, aws"),
        ({"LAB_GATEWAY_PORT": "http"}, "1024 to 65535"),
        ({"LAB_GATEWAY_PORT": "80"}, "1024 to 65535"),
        ({"LAB_GATEWAY_PORT": "70000"}, "1024 to 65535"),
        ({"LAB_GATEWAY_PORT": "-1"}, "1024 to 65535"),
        ({"LAB_AUTHORIZATION": "maybe"}, "on or off"),
        ({"LAB_NAME": "Source Lab"}, "lower-case"),
        ({"LAB_NAME": "x" * 40}, "lower-case"),
        ({"LAB_DB_TUNNELS": "sourcelab-mysql"}, "IDENTIFIER=HOST:PORT"),
        ({"LAB_DB_TUNNELS": "sourcelab-mysql=localhost:mysql"}, "IDENTIFIER=HOST:PORT"),
    ],
)
def test_a_setting_that_cannot_be_right_is_refused_with_what_was_expected(
    environ: dict[str, str], expected: str
) -> None:
    with pytest.raises(BadInputError, match=expected) as caught:
        config.load(environ)
    assert caught.value.exit_code == ExitCode.BAD_INPUT
