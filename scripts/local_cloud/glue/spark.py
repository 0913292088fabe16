"""How a job's Spark is started: what the environment of its process says."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass
from pathlib import Path

import psutil
from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

from scripts import java
from scripts.java import Java
from scripts.local_cloud.glue import filesystem

#: Of a trust store, which holds nothing secret; Java reads none without a password. It is Glue's own.
_PASSWORD = "amazon"  # noqa: S105
_GIB = 1 << 30


@dataclass(frozen=True)
class Size:
    """What a run may use of this machine.

    Attributes
    ----------
    cores
        Tasks at a time.
    memory
        Bytes of Java's heap at most.
    """

    cores: int
    memory: int

    @staticmethod
    def of(units: float) -> Size:
        """What this machine has for so many data processing units (each 4 processors and 16 GiB on AWS)."""
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        share = psutil.virtual_memory().total // 4
        return Size(max(1, min(cores, round(units * 4))), max(_GIB, min(share, round(units * 16 * _GIB))))


@dataclass(frozen=True)
class Installation:
    """What Spark needs of the machine."""

    java: Java
    libraries: tuple[Path, ...]

    @staticmethod
    def find(folder: Path) -> Installation:
        """Everything that is needed; what must be compiled goes to `folder` if not into the environment.

        Raises
        ------
        MissingError
            Java or a driver is missing; names the packages.
        """
        runtime = java.require()
        drivers = java.drivers()
        return Installation(runtime, (filesystem.provide(runtime, folder), *drivers))


def environment(installation: Installation, size: Size, folder: Path, trust: Path) -> dict[str, str]:
    """The variables that make ``SparkSession.builder.getOrCreate()`` a session as in Glue.

    Parameters
    ----------
    folder
        Of the run: Spark's own files.
    trust
        PEM file of the DB instances' authority; Java verifies with it, and is told where it is, as Glue's is
        told of those of RDS.
    """
    store = folder / "RDSTrustStore.jks"
    _write_trust_store(trust, store)
    java_options = [
        "-Duser.timezone=UTC",
        f"-Djava.io.tmpdir={folder}",
        f"-Djavax.net.ssl.trustStore={store}",
        f"-Djavax.net.ssl.trustStorePassword={_PASSWORD}",
        "-Djavax.net.ssl.trustStoreType=PKCS12",
        f"-DRDS_TRUSTSTORE_URL=file:{store}",
        f"-DRDS_ROOT_CERT_PATH={trust}",
    ]
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.extraClassPath": os.pathsep.join(str(each) for each in installation.libraries),
        "spark.driver.extraJavaOptions": " ".join(java_options),
        "spark.hadoop.fs.s3.impl": filesystem.CLASS,
        "spark.hadoop.fs.s3a.impl": filesystem.CLASS,
        # One process of few cores: Spark's 200 are for a cluster.
        "spark.sql.shuffle.partitions": str(size.cores * 2),
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.local.dir": str(folder),
        # Each rename is a copy in S3: tasks write where their files stay, or move them there once, not twice.
        "spark.sql.sources.commitProtocolClass": filesystem.COMMIT_PROTOCOL,
        "spark.hadoop.mapreduce.fileoutputcommitter.algorithm.version": "2",
    }
    arguments = ["--master", f"local[{size.cores}]", "--driver-memory", f"{size.memory >> 20}m"]
    for name, value in settings.items():
        arguments += ["--conf", f"{name}={value}"]
    return {
        "JAVA_HOME": str(installation.java.home),
        "PYSPARK_SUBMIT_ARGS": shlex.join([*arguments, "pyspark-shell"]),
        "SPARK_LOCAL_IP": "127.0.0.1",
    }


def _write_trust_store(trust: Path, store: Path) -> None:
    certificates = x509.load_pem_x509_certificates(trust.read_bytes())
    # Java takes for trusted what carries a name.
    named = [
        pkcs12.PKCS12Certificate(each, f"authority {number}".encode())
        for number, each in enumerate(certificates)
    ]
    store.write_bytes(pkcs12.serialize_java_truststore(named, BestAvailableEncryption(_PASSWORD.encode())))
