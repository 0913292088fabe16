"""Athena's work groups and named queries, over Moto."""

from __future__ import annotations

from localstack.services.plugins import Service

from scripts.local_cloud.providers.framework import Operations

operations = Operations("athena")

operations.passed_on(
    "CreateNamedQuery",
    "CreateWorkGroup",
    "DeleteWorkGroup",
    "GetNamedQuery",
    "GetWorkGroup",
    "ListDataCatalogs",
    "ListNamedQueries",
    "ListTagsForResource",
    "ListWorkGroups",
    "GetDataCatalog",
)


def build() -> Service:
    """The provider, for LocalStack."""
    return operations.build()
