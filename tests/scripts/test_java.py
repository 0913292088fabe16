"""Java and the JDBC drivers are found, or named."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts import java
from scripts.errors import MissingError


def program(folder: Path, version: str) -> Path:
    """A ``java`` that says that it is of some version; its home."""
    path = folder / "bin" / "java"
    path.parent.mkdir(parents=True)
    path.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2025-01-01' >&2\n")
    path.chmod(0o755)
    return folder


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing of this machine is seen."""
    monkeypatch.setattr(java, "_FOLDERS", (f"{tmp_path}/jvm/*/bin",))
    monkeypatch.setattr(java, "_JARS", (str(tmp_path / "jars"),))
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    return tmp_path


def test_the_oldest_java_that_fits_is_taken_and_others_are_not(alone: Path) -> None:
    for version in ("1.8.0_402", "11.0.22", "25.0.1"):
        program(alone / "jvm" / version, version)
    assert java.find() is None
    for version in ("21.0.2", "17.0.15"):
        program(alone / "jvm" / version, version)
    found = java.find()
    assert found is not None
    assert (found.version, found.release) == ("17.0.15", 17)


def test_java_home_comes_first_where_it_fits(alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(alone / "jvm" / "17", "17.0.15")
    monkeypatch.setenv("JAVA_HOME", str(program(alone / "mine", "21.0.2")))
    assert str(java.find()).startswith("Java 21.0.2")
    monkeypatch.setenv("JAVA_HOME", str(program(alone / "old", "11.0.2")))
    assert str(java.find()).startswith("Java 17.0.15")


def test_what_is_missing_is_named_with_its_package(alone: Path) -> None:
    def refusal(need: object) -> str:
        with pytest.raises(MissingError) as missing:
            need()  # type: ignore[operator]
        return str(missing.value)

    assert "openjdk-17-jre-headless" in refusal(java.require)
    assert "libmariadb-java" in refusal(java.drivers)
    (alone / "jars").mkdir()
    (alone / "jars" / "mariadb-java-client-3.5.1.jar").touch()
    assert "libpostgresql-jdbc-java" in refusal(java.drivers)
    (alone / "jars" / "postgresql.jar").touch()
    assert [path.name for path in java.drivers()] == ["mariadb-java-client-3.5.1.jar", "postgresql.jar"]


def test_a_java_that_does_not_fit_is_told_where_none_does(
    alone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = program(alone / "jvm" / "25", "25.0.1")
    with pytest.raises(MissingError, match=r"Java 17 to 22 is missing \(of no use: Java 25\.0\.1") as missing:
        java.require()
    assert str(old) in missing.value.what
    monkeypatch.setenv("JAVA_HOME", str(alone / "nowhere"))
    with pytest.raises(MissingError, match=r"JAVA_HOME .*nowhere, where no java answers, Java 25\.0\.1"):
        java.require()
