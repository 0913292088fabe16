"""Arguments of a run that Glue itself reads: those that cannot be honoured here are refused, not passed over.

What only AWS's own machines have (metrics, scaling, the committer) changes nothing that a script sees, and is
let through. Source: AWS Glue developer guide, job parameters.
"""

from __future__ import annotations

from collections.abc import Mapping

from scripts.local_cloud.providers.framework import error

_FILES = "give files of Python with --extra-py-files"
#: What cannot be honoured, and what to do instead.
_REFUSED = {
    "--additional-python-modules": f"it installs nothing: {_FILES}, or use what the environment has",
    "--python-modules-installer-option": "it installs nothing",
    "--extra-jars": "its Spark has the drivers of MySQL and PostgreSQL and no other libraries of Java",
    "--extra-files": "read them from S3 in the script",
    "--user-jars-first": "it adds no libraries of Java",
    "--datalake-formats": "its Spark knows no Hudi, Delta or Iceberg: write Parquet",
    "--conf": "set what Spark can be set to at run time with spark.conf.set in the script",
    "--class": "it runs scripts of Python, not Scala",
    "--scriptLocation": "set ScriptLocation in the job's Command",
    "--customer-driver-env-vars": "pass arguments of your own",
    "--customer-executor-env-vars": "pass arguments of your own",
    "--encryption-type": "set the encryption of the bucket",
    "--enable-glue-datacatalog": "its Spark has no catalog of Glue: read the files of a table's location",
    "--enable-lakeformation-fine-grained-access": "there is no Lake Formation",
}
#: What can be honoured where the value is one of these.
_ALLOWED = {
    "--job-language": ({"python"}, "it runs scripts of Python, not Scala"),
    "--job-bookmark-option": (
        {"job-bookmark-disable"},
        "it keeps no bookmarks: have the script note what it has done",
    ),
}


def check(arguments: Mapping[str, str]) -> None:
    """Refuse what the local cloud's jobs cannot honour.

    Raises
    ------
    CommonServiceException
        Names every such argument, and what to do instead.
    """
    faults = []
    for name, value in arguments.items():
        given = (value or "").strip().lower()
        if name in _REFUSED and given != "false":
            faults.append(f"{name} ({_REFUSED[name]})")
        elif name in _ALLOWED and given not in _ALLOWED[name][0]:
            faults.append(f"{name} {value} ({_ALLOWED[name][1]})")
    if faults:
        raise error(
            "UnsupportedOperation",
            f"The local cloud's jobs cannot honour {'; '.join(faults)}. On AWS they could.",
        )
