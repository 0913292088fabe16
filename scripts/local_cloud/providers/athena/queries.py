"""Named queries."""

from __future__ import annotations

import uuid
from typing import Any

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers.athena.service import PRIMARY, answers, invalid, page, store_of
from scripts.local_cloud.providers.athena.work_groups import work_group
from scripts.local_cloud.providers.framework import Request, Response


def _named_query(context: RequestContext, query_id: str) -> dict[str, Any]:
    found = store_of(context).named_queries.get(query_id)
    if found is None:
        raise invalid(f"NamedQuery {query_id} is not found.")
    return found


@answers("CreateNamedQuery")
def _create(context: RequestContext, request: Request) -> Response:
    group = request.get("WorkGroup") or PRIMARY
    work_group(context, group)
    query_id = str(uuid.uuid4())
    fields: dict[str, Any] = {
        key: request[key] for key in ("Name", "Database", "QueryString", "Description") if key in request
    }
    store_of(context).named_queries[query_id] = {**fields, "WorkGroup": group, "NamedQueryId": query_id}
    return {"NamedQueryId": query_id}


@answers("GetNamedQuery")
def _get(context: RequestContext, request: Request) -> Response:
    return {"NamedQuery": _named_query(context, request["NamedQueryId"])}


@answers("BatchGetNamedQuery")
def _batch_get(context: RequestContext, request: Request) -> Response:
    queries = store_of(context).named_queries
    ids = request["NamedQueryIds"]
    return {
        "NamedQueries": [queries[each] for each in ids if each in queries],
        "UnprocessedNamedQueryIds": [
            {
                "NamedQueryId": each,
                "ErrorCode": "INTERNAL_FAILURE",
                "ErrorMessage": "NamedQuery is not found.",
            }
            for each in ids
            if each not in queries
        ],
    }


@answers("ListNamedQueries")
def _list(context: RequestContext, request: Request) -> Response:
    group = request.get("WorkGroup") or PRIMARY
    work_group(context, group)
    ids = [key for key, query in store_of(context).named_queries.items() if query["WorkGroup"] == group]
    found, more = page(ids, str, request, 50)
    return {"NamedQueryIds": found, **more}


@answers("UpdateNamedQuery")
def _update(context: RequestContext, request: Request) -> Response:
    query = _named_query(context, request["NamedQueryId"])
    query.update({key: request[key] for key in ("Name", "Description", "QueryString") if key in request})
    return {}


@answers("DeleteNamedQuery")
def _delete(context: RequestContext, request: Request) -> Response:
    _named_query(context, request["NamedQueryId"])
    del store_of(context).named_queries[request["NamedQueryId"]]
    return {}
