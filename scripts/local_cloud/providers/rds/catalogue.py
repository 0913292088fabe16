"""What RDS offers, and the small reads that clients make beside: versions, classes, events, certificates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from localstack.aws.api import RequestContext

from scripts import config
from scripts.local_cloud.databases.model import ENGINES, Engine
from scripts.local_cloud.providers.framework import Operations, Request, Response, error
from scripts.local_cloud.providers.rds import engines
from scripts.local_cloud.providers.rds.faults import invalid_combination, option_group_not_found
from scripts.local_cloud.providers.rds.model import LOCK, arn, now, store
from scripts.local_cloud.providers.rds.neighbours import client
from scripts.local_cloud.providers.rds.paging import filters, matches, page
from scripts.local_cloud.providers.rds.shapes import CERTIFICATE_AUTHORITY


def register(operations: Operations) -> None:
    """Add the operations."""
    operations.simulated("DescribeDBEngineVersions")(_engine_versions)
    operations.simulated("DescribeOrderableDBInstanceOptions")(_orderable)
    operations.simulated("DescribeOptionGroups")(_option_groups)
    operations.simulated("DescribePendingMaintenanceActions")(_maintenance)
    operations.real("DescribeEvents")(_events)
    operations.real("DescribeCertificates")(_certificates)


def _engine_versions(_context: RequestContext, request: Request) -> Response:
    asked = filters(request, ("db-parameter-group-family", "engine", "engine-version", "status"))
    shown = [
        shape
        for engine in ENGINES
        if request.get("Engine") in (None, engine)
        for shape in _versions(engine, request)
        if matches(
            asked,
            {
                "db-parameter-group-family": shape["DBParameterGroupFamily"],
                "engine": engine,
                "engine-version": shape["EngineVersion"],
                "status": shape["Status"],
            },
        )
    ]
    order = {id(shape): f"{index:06}" for index, shape in enumerate(shown)}
    return page(request, shown, lambda shape: order[id(shape)], "DBEngineVersions")


def _versions(engine: Engine, request: Request) -> Iterator[dict[str, Any]]:
    wanted = request.get("EngineVersion")
    for major, minors in engines.VERSIONS[engine].items():
        for version in minors:
            family = engines.family_of(engine, version)
            chosen = wanted == major or request.get("DBParameterGroupFamily") == family
            default = version == minors[-1] and (chosen or major == engines.DEFAULT_MAJOR[engine])
            if (
                wanted in (None, major, version)
                and request.get("DBParameterGroupFamily") in (None, family)
                and (default or not request.get("DefaultOnly"))
            ):
                yield _version_shape(engine, major, version, family)


def _version_shape(engine: Engine, major: str, version: str, family: str) -> dict[str, Any]:
    name = {"mysql": "MySQL", "mariadb": "MariaDB", "postgres": "PostgreSQL"}[engine]
    return {
        "Engine": engine,
        "EngineVersion": version,
        "MajorEngineVersion": major,
        "DBParameterGroupFamily": family,
        "DBEngineDescription": engines.DESCRIPTIONS[engine],
        "DBEngineVersionDescription": f"{name} {version}",
        "ValidUpgradeTarget": [
            {
                "Engine": engine,
                "EngineVersion": target,
                "Description": f"{name} {target}",
                "AutoUpgrade": False,
                "IsMajorVersionUpgrade": False,
            }
            for target, is_major in engines.upgrades(engine, version)
            if not is_major
        ],
        "ExportableLogTypes": list(engines.LOG_TYPES[engine]),
        "SupportsLogExportsToCloudwatchLogs": True,
        "SupportsReadReplica": False,
        "SupportedFeatureNames": [],
        "SupportedEngineModes": [],
        "SupportedCACertificateIdentifiers": [CERTIFICATE_AUTHORITY],
        "SupportsCertificateRotationWithoutRestart": False,
        "SupportsParallelQuery": False,
        "SupportsGlobalDatabases": False,
        "SupportsBabelfish": False,
        "SupportsLimitlessDatabase": False,
        "SupportsIntegrations": False,
        "Status": "available",
    }


def _orderable(context: RequestContext, request: Request) -> Response:
    filters(request, ())
    engine = engines.engine_of(request["Engine"])
    wanted = request.get("EngineVersion")
    zones = client("ec2", context.account_id, context.region).describe_availability_zones()
    names = sorted(zone["ZoneName"] for zone in zones["AvailabilityZones"])
    options = [
        _orderable_shape(engine, version, name, kind, names)
        for major, minors in engines.VERSIONS[engine].items()
        for version in minors
        if wanted in (None, major, version)
        for name in sorted(engines.INSTANCE_CLASSES)
        if request.get("DBInstanceClass") in (None, name)
        for kind in engines.STORAGE_TYPES
        if request.get("LicenseModel") in (None, engines.LICENSES[engine]) and request.get("Vpc") is not False
    ]
    order = {id(option): f"{index:06}" for index, option in enumerate(options)}
    return page(request, options, lambda option: order[id(option)], "OrderableDBInstanceOptions")


def _orderable_shape(engine: Engine, version: str, name: str, kind: str, zones: list[str]) -> dict[str, Any]:
    limits = engines.STORAGE_TYPES[kind]
    shape: dict[str, Any] = {
        "Engine": engine,
        "EngineVersion": version,
        "DBInstanceClass": name,
        "LicenseModel": engines.LICENSES[engine],
        "AvailabilityZones": [{"Name": zone} for zone in zones],
        "MultiAZCapable": True,
        "ReadReplicaCapable": False,
        "Vpc": True,
        "SupportsStorageEncryption": True,
        "StorageType": kind,
        "SupportsIops": limits.iops is not None,
        "SupportsStorageThroughput": limits.throughput is not None,
        "SupportsEnhancedMonitoring": True,
        "SupportsIAMDatabaseAuthentication": False,
        "SupportsPerformanceInsights": True,
        "MinStorageSize": limits.smallest,
        "MaxStorageSize": limits.largest,
        "SupportsStorageAutoscaling": kind != "standard",
        "SupportsKerberosAuthentication": False,
        "OutpostCapable": False,
        "SupportsGlobalDatabases": False,
        "SupportsClusters": False,
        "SupportedNetworkTypes": ["IPV4"],
        "SupportsDedicatedLogVolume": False,
    }
    if limits.iops:
        shape["MinIopsPerDbInstance"], shape["MaxIopsPerDbInstance"] = limits.iops
    if limits.throughput:
        throughput = limits.throughput
        shape["MinStorageThroughputPerDbInstance"], shape["MaxStorageThroughputPerDbInstance"] = throughput
    return shape


def _option_groups(context: RequestContext, request: Request) -> Response:
    filters(request, ())
    if request.get("MajorEngineVersion") and not request.get("EngineName"):
        raise invalid_combination("MajorEngineVersion can only be given with EngineName.")
    groups = [
        {
            "OptionGroupName": name,
            "OptionGroupDescription": f"Default option group for {engine} {major}",
            "EngineName": engine,
            "MajorEngineVersion": major,
            "Options": [],
            "AllowsVpcAndNonVpcInstanceMemberships": True,
            "OptionGroupArn": arn(context.account_id, context.region, "og", name),
        }
        for engine in ENGINES
        for major, minors in engines.VERSIONS[engine].items()
        for name in [engines.default_option_group(engine, minors[-1])]
        if request.get("OptionGroupName") in (None, name)
        and request.get("EngineName") in (None, engine)
        and request.get("MajorEngineVersion") in (None, major)
    ]
    if request.get("OptionGroupName") and not groups:
        raise option_group_not_found(request["OptionGroupName"])
    groups.sort(key=lambda group: str(group["OptionGroupName"]))
    return page(request, groups, lambda group: str(group["OptionGroupName"]), "OptionGroupsList")


def _maintenance(_context: RequestContext, request: Request) -> Response:
    # Nothing here is ever patched by a maintenance window, so no action is ever pending.
    filters(request, ("db-cluster-id", "db-instance-id"))
    return page(request, (), str, "PendingMaintenanceActions")


def _events(context: RequestContext, request: Request) -> Response:
    filters(request, ())
    if request.get("SourceIdentifier") and not request.get("SourceType"):
        raise invalid_combination("SourceIdentifier can only be given with SourceType.")
    end = request.get("EndTime") or now()
    start = request.get("StartTime") or end - timedelta(minutes=request.get("Duration") or 60)
    categories = set(request.get("EventCategories") or ())
    with LOCK:
        events = list(store(context).events)
    shown = [
        (
            f"{index:06}",
            {
                "SourceIdentifier": event.source,
                "SourceType": event.source_type,
                "SourceArn": event.source_arn,
                "Message": event.message,
                "EventCategories": list(event.categories),
                "Date": event.date,
            },
        )
        for index, event in enumerate(events)
        if start <= event.date <= end
        and request.get("SourceType") in (None, event.source_type)
        and request.get("SourceIdentifier") in (None, event.source)
        and (not categories or categories & set(event.categories))
    ]
    answer = page(request, shown, lambda item: item[0], "Events")
    answer["Events"] = [shape for _, shape in answer["Events"]]
    return answer


def _certificates(context: RequestContext, request: Request) -> Response:
    filters(request, ())
    wanted = request.get("CertificateIdentifier")
    path = config.load().authority_file
    if wanted not in (None, CERTIFICATE_AUTHORITY):
        raise error("CertificateNotFound", f"Certificate not found: {wanted}", 404)
    shapes = []
    # The authority is made with the first server.
    if path and path.exists():
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
        shapes.append(
            {
                "CertificateIdentifier": CERTIFICATE_AUTHORITY,
                "CertificateType": "CA",
                "Thumbprint": certificate.fingerprint(hashes.SHA1()).hex(),  # noqa: S303 - AWS's format
                "ValidFrom": certificate.not_valid_before_utc,
                "ValidTill": certificate.not_valid_after_utc,
                "CertificateArn": f"arn:aws:rds:{context.region}::cert:{CERTIFICATE_AUTHORITY}",
                "CustomerOverride": False,
            }
        )
    answer = page(request, shapes, lambda shape: str(shape["CertificateIdentifier"]), "Certificates")
    return {"DefaultCertificateForNewLaunches": CERTIFICATE_AUTHORITY, **answer}
