"""The environment is set up on machines that have a Python and little else."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts import bootstrap


def test_what_any_file_of_pip_says_holds_for_uv_and_what_a_variable_says_overrides_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not Path(bootstrap.UV).exists():
        monkeypatch.setattr(bootstrap, "UV", str(tmp_path / "uv"))
        bootstrap.make_environment()
    for name in ("PIP_CERT", "PIP_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    file = tmp_path / "pip.conf"
    file.write_text(
        "[global]\ncert = /all.pem\nindex-url = https://all\n[install]\nindex_url = https://install\n"
    )
    monkeypatch.setenv("PIP_CONFIG_FILE", str(file))
    settings = bootstrap.pip_settings()
    assert (settings["cert"], settings["index-url"]) == ("/all.pem", "https://install")
    monkeypatch.setenv("PIP_INDEX_URL", "https://variable")
    assert bootstrap.pip_settings()["index-url"] == "https://variable"
