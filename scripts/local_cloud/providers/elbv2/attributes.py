"""Attributes of load balancers, target groups and listeners: which there are, and what they are at first.

Source: Elastic Load Balancing API reference, types LoadBalancerAttribute, TargetGroupAttribute and
ListenerAttribute.
"""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError
from localstack.aws.api import RequestContext
from localstack.aws.connect import connect_to

from scripts.local_cloud.providers.elbv2 import store as records
from scripts.local_cloud.providers.elbv2.store import answers, store_of
from scripts.local_cloud.providers.framework import Request, Response, error

_EVERY_LOAD_BALANCER = {
    "access_logs.s3.enabled": "false",
    "access_logs.s3.bucket": "",
    "access_logs.s3.prefix": "",
    "deletion_protection.enabled": "false",
    "ipv6.deny_all_igw_traffic": "false",
    "zonal_shift.config.enabled": "false",
}
_APPLICATION = {
    **_EVERY_LOAD_BALANCER,
    "client_keep_alive.seconds": "3600",
    "connection_logs.s3.enabled": "false",
    "connection_logs.s3.bucket": "",
    "connection_logs.s3.prefix": "",
    "idle_timeout.timeout_seconds": "60",
    "load_balancing.cross_zone.enabled": "true",
    "routing.http.desync_mitigation_mode": "defensive",
    "routing.http.drop_invalid_header_fields.enabled": "false",
    "routing.http.preserve_host_header.enabled": "false",
    "routing.http.x_amzn_tls_version_and_cipher_suite.enabled": "false",
    "routing.http.xff_client_port.enabled": "false",
    "routing.http.xff_header_processing.mode": "append",
    "routing.http2.enabled": "true",
    "waf.fail_open.enabled": "false",
}
_NETWORK = {
    **_EVERY_LOAD_BALANCER,
    "dns_record.client_routing_policy": "any_availability_zone",
    "load_balancing.cross_zone.enabled": "false",
    "secondary_ips.auto_assigned.per_subnet": "0",
}
_TARGET_GROUP_HEALTH = {
    "load_balancing.cross_zone.enabled": "use_load_balancer_configuration",
    "target_group_health.dns_failover.minimum_healthy_targets.count": "1",
    "target_group_health.dns_failover.minimum_healthy_targets.percentage": "off",
    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count": "1",
    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage": "off",
}
_HTTP_TARGETS = {
    **_TARGET_GROUP_HEALTH,
    "deregistration_delay.timeout_seconds": "300",
    "load_balancing.algorithm.anomaly_mitigation": "off",
    "load_balancing.algorithm.type": "round_robin",
    "slow_start.duration_seconds": "0",
    "stickiness.app_cookie.cookie_name": "",
    "stickiness.app_cookie.duration_seconds": "86400",
    "stickiness.enabled": "false",
    "stickiness.lb_cookie.duration_seconds": "86400",
    "stickiness.type": "lb_cookie",
}
_NETWORK_TARGETS = {
    **_TARGET_GROUP_HEALTH,
    "deregistration_delay.connection_termination.enabled": "false",
    "deregistration_delay.timeout_seconds": "300",
    "preserve_client_ip.enabled": "true",
    "proxy_protocol_v2.enabled": "false",
    "stickiness.enabled": "false",
    "stickiness.type": "source_ip",
    "target_health_state.unhealthy.connection_termination.enabled": "true",
    "target_health_state.unhealthy.draining_interval_seconds": "0",
}
_LAMBDA_TARGETS = {**_TARGET_GROUP_HEALTH, "lambda.multi_value_headers.enabled": "false"}
_HTTP_LISTENER = {
    "routing.http.response.server.enabled": "true",
    **{
        f"routing.http.response.{header}.header_value": ""
        for header in (
            "access_control_allow_credentials",
            "access_control_allow_headers",
            "access_control_allow_methods",
            "access_control_allow_origin",
            "access_control_expose_headers",
            "access_control_max_age",
            "content_security_policy",
            "x_content_type_options",
            "x_frame_options",
        )
    },
}
_HTTPS_LISTENER = {
    **_HTTP_LISTENER,
    "routing.http.response.strict_transport_security.header_value": "",
    **{
        f"routing.http.request.{header}.header_name": ""
        for header in (
            "x_amzn_mtls_clientcert",
            "x_amzn_mtls_clientcert_issuer",
            "x_amzn_mtls_clientcert_leaf",
            "x_amzn_mtls_clientcert_serial_number",
            "x_amzn_mtls_clientcert_subject",
            "x_amzn_mtls_clientcert_validity",
            "x_amzn_tls_cipher_suite",
            "x_amzn_tls_version",
        )
    },
}
_LISTENERS = {"HTTP": _HTTP_LISTENER, "HTTPS": _HTTPS_LISTENER, "TCP": {"tcp.idle_timeout.seconds": "350"}}


def of_load_balancer(kind: str) -> dict[str, str]:
    """What a new load balancer of this kind has."""
    return dict(_APPLICATION if kind == "application" else _NETWORK)


def of_target_group(target_type: str, protocol: str | None) -> dict[str, str]:
    """What a new target group has."""
    if target_type == "lambda":
        return dict(_LAMBDA_TARGETS)
    if protocol in {"HTTP", "HTTPS"}:
        return dict(_HTTP_TARGETS)
    # Source addresses survive to a target by its instance, and by its address only for UDP.
    keeps_address = target_type == "instance" or protocol in {"UDP", "TCP_UDP"}
    return {**_NETWORK_TARGETS, "preserve_client_ip.enabled": str(keeps_address).lower()}


def of_listener(protocol: str) -> dict[str, str]:
    """What a new listener of this protocol has."""
    return dict(_LISTENERS.get(protocol, {}))


def _listed(attributes: dict[str, str]) -> Response:
    return {"Attributes": [{"Key": key, "Value": value} for key, value in sorted(attributes.items())]}


def _changed(attributes: dict[str, str], request: Request, what: str) -> dict[str, str]:
    """The attributes that the request sets, each of which the resource has."""
    given = {each["Key"]: each.get("Value", "") for each in request["Attributes"]}
    for key in given:
        if key not in attributes:
            raise error("ValidationError", f"{what} attribute key '{key}' is not recognized")
    return given


def _check_log_bucket(context: RequestContext, attributes: dict[str, str], kind: str) -> None:
    if attributes.get(f"{kind}.s3.enabled") != "true":
        return
    bucket = attributes[f"{kind}.s3.bucket"]
    try:
        s3: Any = connect_to(aws_access_key_id=context.account_id, region_name=context.region).s3
        s3.head_bucket(Bucket=bucket)
    except ClientError as missing:
        raise error(
            "InvalidConfigurationRequest",
            f"Access Denied for bucket: {bucket}. Please check S3bucket permission",
        ) from missing


@answers("DescribeLoadBalancerAttributes")
def _describe_load_balancer_attributes(context: RequestContext, request: Request) -> Response:
    return _listed(records.load_balancer(store_of(context), request["LoadBalancerArn"]).attributes)


@answers("ModifyLoadBalancerAttributes")
def _modify_load_balancer_attributes(context: RequestContext, request: Request) -> Response:
    balancer = records.load_balancer(store_of(context), request["LoadBalancerArn"])
    changed = balancer.attributes | _changed(balancer.attributes, request, "Load balancer")
    for kind in ("access_logs", "connection_logs"):
        _check_log_bucket(context, changed, kind)
    balancer.attributes = changed
    return _listed(balancer.attributes)


@answers("DescribeTargetGroupAttributes")
def _describe_target_group_attributes(context: RequestContext, request: Request) -> Response:
    return _listed(records.target_group(store_of(context), request["TargetGroupArn"]).attributes)


@answers("ModifyTargetGroupAttributes")
def _modify_target_group_attributes(context: RequestContext, request: Request) -> Response:
    group = records.target_group(store_of(context), request["TargetGroupArn"])
    given = _changed(group.attributes, request, "Target group")
    delay = given.get("deregistration_delay.timeout_seconds", "0")
    if not (delay.isdigit() and int(delay) <= 3600):
        raise error(
            "ValidationError",
            f"'deregistration_delay.timeout_seconds' value '{delay}' must be between '0-3600' inclusive",
        )
    group.attributes.update(given)
    return _listed(group.attributes)


@answers("DescribeListenerAttributes")
def _describe_listener_attributes(context: RequestContext, request: Request) -> Response:
    return _listed(records.listener(store_of(context), request["ListenerArn"]).attributes)


@answers("ModifyListenerAttributes")
def _modify_listener_attributes(context: RequestContext, request: Request) -> Response:
    found = records.listener(store_of(context), request["ListenerArn"])
    found.attributes.update(_changed(found.attributes, request, "Listener"))
    return _listed(found.attributes)
