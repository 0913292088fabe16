"""Listeners and their certificates."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError
from localstack.aws.api import RequestContext
from localstack.aws.connect import connect_to

from scripts.local_cloud.providers.elbv2 import actions, attributes
from scripts.local_cloud.providers.elbv2 import store as records
from scripts.local_cloud.providers.elbv2.rules import rule_arn
from scripts.local_cloud.providers.elbv2.store import Listener, LoadBalancer, answers, store_of
from scripts.local_cloud.providers.framework import Request, Response, error

#: What AWS chooses for a listener that speaks TLS and names no policy.
DEFAULT_POLICY = "ELBSecurityPolicy-2016-08"
_PROTOCOLS = {"application": ("HTTP", "HTTPS"), "network": ("TCP", "TLS", "UDP", "TCP_UDP")}
_SECURE = {"HTTPS", "TLS"}


def _check_protocol(balancer: LoadBalancer, protocol: str) -> None:
    if protocol not in _PROTOCOLS[balancer.kind]:
        allowed = ", ".join(_PROTOCOLS[balancer.kind])
        raise error("ValidationError", f"Listener protocol '{protocol}' must be one of '{allowed}'")


def _check_port(store: records.ElbStore, balancer: LoadBalancer, port: int, but: str = "") -> None:
    for listener in store.listeners.values():
        taken = listener.load_balancer_arn == balancer.arn and listener.description["Port"] == port
        if taken and listener.arn != but:
            raise error(
                "DuplicateListener",
                f"A listener already exists on this port for this load balancer '{balancer.arn}'",
            )


def _check_certificate(context: RequestContext, arn: str) -> None:
    factory = connect_to(aws_access_key_id=context.account_id, region_name=context.region)
    missing = error("CertificateNotFound", f"Certificate '{arn}' not found")
    if ":iam:" in arn:
        pages = factory.iam.get_paginator("list_server_certificates").paginate()
        if all(each["Arn"] != arn for page in pages for each in page["ServerCertificateMetadataList"]):
            raise missing
        return
    try:
        factory.acm.describe_certificate(CertificateArn=arn)
    except ClientError as refused:
        raise missing from refused


def _default_certificate(context: RequestContext, request: Request) -> str:
    given = request.get("Certificates") or []
    if len(given) != 1:
        raise error(
            "ValidationError",
            "A certificate must be specified for HTTPS and TLS listeners: a list of exactly one",
        )
    _check_certificate(context, given[0]["CertificateArn"])
    return str(given[0]["CertificateArn"])


def _secure(request: Request, protocol: str, certificates: list[str]) -> dict[str, Any]:
    """What a description says of TLS."""
    if protocol not in _SECURE:
        return {}
    return {
        "Certificates": [{"CertificateArn": certificates[0]}],
        "SslPolicy": request.get("SslPolicy") or DEFAULT_POLICY,
        **({"MutualAuthentication": {"Mode": "off"}} if protocol == "HTTPS" else {}),
        **({"AlpnPolicy": request["AlpnPolicy"]} if request.get("AlpnPolicy") else {}),
    }


def _refuse_mutual_authentication(request: Request) -> None:
    if (request.get("MutualAuthentication") or {}).get("Mode", "off") != "off":
        raise error(
            "UnsupportedOperation", "The local cloud has no trust stores, so listeners cannot verify clients."
        )


@answers("CreateListener")
def _create(context: RequestContext, request: Request) -> Response:
    store = store_of(context)
    balancer = records.load_balancer(store, request["LoadBalancerArn"])
    protocol, port = request.get("Protocol"), request.get("Port")
    if port is None or protocol is None:
        raise error("ValidationError", "A listener port and a listener protocol must be specified")
    _check_protocol(balancer, protocol)
    _check_port(store, balancer, port)
    _refuse_mutual_authentication(request)
    certificates = [_default_certificate(context, request)] if protocol in _SECURE else []
    default_actions = actions.written(store, balancer, request["DefaultActions"])
    arn = balancer.arn.replace(":loadbalancer/", ":listener/") + f"/{records.new_id()}"
    listener = Listener(
        {
            "ListenerArn": arn,
            "LoadBalancerArn": balancer.arn,
            "Port": port,
            "Protocol": protocol,
            "DefaultActions": default_actions,
            **_secure(request, protocol, certificates),
        },
        attributes.of_listener(protocol),
        certificates,
    )
    listener.rules.append(
        {
            "RuleArn": rule_arn(arn),
            "Priority": "default",
            "Conditions": [],
            "Actions": default_actions,
            "IsDefault": True,
        }
    )
    store.listeners[arn] = listener
    store.tags.tag_resource(arn, request.get("Tags") or [])
    return {"Listeners": [listener.description]}


@answers("DescribeListeners")
def _describe(context: RequestContext, request: Request) -> Response:
    store = store_of(context)
    if arns := request.get("ListenerArns"):
        found = [records.listener(store, arn) for arn in arns]
    else:
        if not request.get("LoadBalancerArn"):
            raise error("ValidationError", "You must specify either listener ARNs or a load balancer ARN")
        balancer = records.load_balancer(store, request["LoadBalancerArn"])
        found = [each for each in store.listeners.values() if each.load_balancer_arn == balancer.arn]
    shown, marker = records.page([each.description for each in found], "ListenerArn", request)
    return {"Listeners": shown, **({"NextMarker": marker} if marker else {})}


@answers("ModifyListener")
def _modify(context: RequestContext, request: Request) -> Response:
    store = store_of(context)
    listener = records.listener(store, request["ListenerArn"])
    balancer = records.load_balancer(store, listener.load_balancer_arn)
    before = listener.description
    protocol, port = request.get("Protocol") or before["Protocol"], request.get("Port") or before["Port"]
    _check_protocol(balancer, protocol)
    _check_port(store, balancer, port, but=listener.arn)
    _refuse_mutual_authentication(request)
    certificates = list(listener.certificates) if protocol in _SECURE else []
    if protocol in _SECURE and (request.get("Certificates") or not certificates):
        certificates = [_default_certificate(context, request), *certificates[1:]]
    default_actions = before["DefaultActions"]
    if request.get("DefaultActions"):
        default_actions = actions.written(store, balancer, request["DefaultActions"])
    kept: dict[str, Any] = {key: before[key] for key in ("SslPolicy", "AlpnPolicy") if key in before}
    listener.description = {
        "ListenerArn": listener.arn,
        "LoadBalancerArn": balancer.arn,
        "Port": port,
        "Protocol": protocol,
        "DefaultActions": default_actions,
        **_secure({**kept, **request}, protocol, certificates),
    }
    listener.certificates = certificates
    listener.rules[-1]["Actions"] = default_actions
    if protocol != before["Protocol"]:
        new = attributes.of_listener(protocol)
        listener.attributes = new | {key: value for key, value in listener.attributes.items() if key in new}
    return {"Listeners": [listener.description]}


@answers("DeleteListener")
def _delete(context: RequestContext, request: Request) -> Response:
    store = store_of(context)
    records.forget_listener(store, records.listener(store, request["ListenerArn"]))
    return {}


@answers("AddListenerCertificates")
def _add_certificates(context: RequestContext, request: Request) -> Response:
    listener = records.listener(store_of(context), request["ListenerArn"])
    if listener.description["Protocol"] not in _SECURE:
        raise error("ValidationError", "Certificates can be added to HTTPS and TLS listeners only")
    given = [each["CertificateArn"] for each in request["Certificates"]]
    for arn in given:
        _check_certificate(context, arn)
    listener.certificates += [arn for arn in given if arn not in listener.certificates]
    return {"Certificates": [{"CertificateArn": arn, "IsDefault": False} for arn in given]}


@answers("DescribeListenerCertificates")
def _describe_certificates(context: RequestContext, request: Request) -> Response:
    listener = records.listener(store_of(context), request["ListenerArn"])
    return {
        "Certificates": [
            {"CertificateArn": arn, "IsDefault": index == 0}
            for index, arn in enumerate(listener.certificates)
        ]
    }


@answers("RemoveListenerCertificates")
def _remove_certificates(context: RequestContext, request: Request) -> Response:
    listener = records.listener(store_of(context), request["ListenerArn"])
    given = {each["CertificateArn"] for each in request["Certificates"]}
    if given & set(listener.certificates[:1]):
        raise error("OperationNotPermitted", "Default certificate cannot be removed")
    listener.certificates = [arn for arn in listener.certificates if arn not in given]
    return {}
