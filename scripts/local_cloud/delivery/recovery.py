"""`lab up` asks a running LocalStack to see to its delivery process."""

from __future__ import annotations

import json
import urllib.error
import urllib.request

#: Where LocalStack's provider of Firehose answers; POST.
PATH = "/_lab/firehose"


def ensure(gateway_port: int) -> bool:
    """Have the delivery process started when it should run and does not; whether all is as it should be."""
    # A proxy from the user's shell would be asked for 127.0.0.1, so none is used.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(f"http://127.0.0.1:{gateway_port}{PATH}", data=b"", method="POST")
    try:
        with opener.open(request, timeout=20) as answer:
            body = answer.read()
            # Nobody has used Firehose in this life: its provider is not loaded, and LocalStack says nothing.
            found = json.loads(body) if body else None
    except urllib.error.HTTPError:
        # The same, where LocalStack takes the path for a bucket's.
        return True
    except (OSError, ValueError):
        return False
    return found is None or bool(found["running"] or not found["streams"])
