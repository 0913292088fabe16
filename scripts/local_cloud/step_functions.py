"""What LocalStack's Step Functions lacks for Glue and Athena.

``glue:startJobRun.sync`` fails whatever the run does, and leaves it going when its execution is stopped or
timed out; AWS stops it. Of Athena's optimised integration LocalStack knows nothing: it forwards the call and
does not wait for ``.sync``. Contract:
``tests/scripts/local_cloud/test_step_functions.py``.

Imported with the first request for Step Functions, since LocalStack's interpreter takes long to import.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, ClassVar

from botocore.exceptions import ClientError
from localstack.aws.api.stepfunctions import HistoryEventType, TaskFailedEventDetails
from localstack.services.stepfunctions.asl.component.common.error_name.custom_error_name import (
    CustomErrorName,
)
from localstack.services.stepfunctions.asl.component.common.error_name.failure_event import (
    FailureEvent,
    FailureEventException,
)
from localstack.services.stepfunctions.asl.component.common.error_name.states_error_name import (
    StatesErrorName,
)
from localstack.services.stepfunctions.asl.component.common.error_name.states_error_name_type import (
    StatesErrorNameType,
)
from localstack.services.stepfunctions.asl.component.state.state_execution.state_task import (
    state_task_factory,
)
from localstack.services.stepfunctions.asl.component.state.state_execution.state_task.service.resource import (  # noqa: E501
    ResourceCondition,
)
from localstack.services.stepfunctions.asl.component.state.state_execution.state_task.service.state_task_service_callback import (  # noqa: E501
    StateTaskServiceCallback,
)
from localstack.services.stepfunctions.asl.component.state.state_execution.state_task.service.state_task_service_glue import (  # noqa: E501
    StateTaskServiceGlue,
)
from localstack.services.stepfunctions.asl.eval.event.event_detail import EventDetails
from localstack.services.stepfunctions.asl.utils.boto_client import boto_client_for
from localstack.services.stepfunctions.asl.utils.encoding import to_json_str

#: Seconds between two looks.
_PAUSE = 0.5


class _Watch:
    """Asks a service until its work has ended; stops the work when nobody waits for it any more."""

    def __init__(self, look: Callable[[], Any | None], stop: Callable[[], object]) -> None:
        self._look = look
        self._stop = stop

    def __call__(self) -> Any | None:
        return self._look()

    def stop(self) -> None:
        # The work may have ended by itself in the meantime.
        with suppress(ClientError):
            self._stop()


class _Waiting(StateTaskServiceCallback):  # type: ignore[misc]
    """A ``.sync`` task whose work is waited for, and ends with its execution.

    LocalStack's own waiting interrupts a callback that only tasks with a token have, and so fails all others.
    """

    def _eval_integration_pattern(
        self, env: Any, resource_runtime_part: Any, normalised_parameters: Any, state_credentials: Any
    ) -> None:
        if self.resource.condition != ResourceCondition.Sync:
            raise RuntimeError(f"Unsupported integration pattern in resource {self.resource.resource_arn}")
        watch = self._build_sync_resolver(
            env, resource_runtime_part, normalised_parameters, state_credentials
        )
        outcome = None
        while env.is_running() and outcome is None:
            outcome = watch()
            if outcome is None:
                time.sleep(_PAUSE)
        if outcome is None:
            watch.stop()
        env.stack.append(outcome)


class GlueTask(_Waiting, StateTaskServiceGlue):  # type: ignore[misc]
    """``glue:startJobRun``, whose run is stopped with the execution."""

    def _sync_to_start_job_run(
        self, env: Any, resource_runtime_part: Any, normalised_parameters: Any, state_credentials: Any
    ) -> _Watch:
        started = env.stack[-1]
        glue = self._get_glue_client(resource_runtime_part, state_credentials)
        look = super()._sync_to_start_job_run(
            env, resource_runtime_part, normalised_parameters, state_credentials
        )
        return _Watch(
            look,
            lambda: glue.batch_stop_job_run(JobName=started["JobName"], JobRunIds=[started["JobRunId"]]),
        )


class AthenaTask(_Waiting):
    """``athena:startQueryExecution`` with and without ``.sync``, and the other calls that AWS offers."""

    _PARAMETERS: ClassVar[dict[str, set[str]]] = {
        "startqueryexecution": {
            "ClientRequestToken", "ExecutionParameters", "QueryExecutionContext", "QueryString",
            "ResultConfiguration", "ResultReuseConfiguration", "WorkGroup",
        },
        "stopqueryexecution": {"QueryExecutionId"},
        "getqueryexecution": {"QueryExecutionId"},
        "getqueryresults": {"MaxResults", "NextToken", "QueryExecutionId", "QueryResultType"},
    }  # fmt: skip

    def __init__(self) -> None:
        super().__init__(supported_integration_patterns={ResourceCondition.Sync})

    def _get_supported_parameters(self) -> set[str] | None:
        return self._PARAMETERS.get(self.resource.api_action.lower())

    def _from_error(self, env: Any, ex: Exception) -> Any:
        if isinstance(ex, ClientError):
            error = f"Athena.{ex.response['Error']['Code']}"
            return self._failure(env, error, ex.response["Error"]["Message"], CustomErrorName(error))
        return super()._from_error(env=env, ex=ex)

    def _eval_service_task(
        self, env: Any, resource_runtime_part: Any, normalised_parameters: Any, state_credentials: Any
    ) -> None:
        athena = boto_client_for("athena", resource_runtime_part.region, state_credentials)
        response = getattr(athena, self._get_boto_service_action())(**normalised_parameters)
        response.pop("ResponseMetadata", None)
        env.stack.append(response)

    def _build_sync_resolver(
        self, env: Any, resource_runtime_part: Any, normalised_parameters: Any, state_credentials: Any
    ) -> _Watch:
        started = env.stack.pop()
        if self.resource.api_action.lower() != "startqueryexecution":
            raise RuntimeError(f"Unsupported .sync procedure in resource {self.resource.resource_arn}")
        query = {"QueryExecutionId": started["QueryExecutionId"]}
        athena = boto_client_for("athena", resource_runtime_part.region, state_credentials)

        def look() -> Any | None:
            execution = athena.get_query_execution(**query)["QueryExecution"]
            state = execution["Status"]["State"]
            if state in {"QUEUED", "RUNNING"}:
                return None
            if state == "SUCCEEDED":
                return {"QueryExecution": execution}
            failed = StatesErrorNameType.StatesTaskFailed
            raise FailureEventException(
                self._failure(
                    env, failed.to_name(), to_json_str({"QueryExecution": execution}), StatesErrorName(failed)
                )
            )

        return _Watch(look, lambda: athena.stop_query_execution(**query))

    def _failure(self, env: Any, error: str, cause: str, name: Any) -> Any:
        details = TaskFailedEventDetails(
            error=error,
            cause=cause,
            resource=self._get_sfn_resource(),
            resourceType=self._get_sfn_resource_type(),
        )
        return FailureEvent(
            env=env,
            error_name=name,
            event_type=HistoryEventType.TaskFailed,
            event_details=EventDetails(taskFailedEventDetails=details),
        )


_TASKS: dict[str, type[StateTaskServiceCallback]] = {"athena": AthenaTask, "glue": GlueTask}
_for_others = state_task_factory.state_task_service_for


def _task_for(service_name: str) -> Any:
    ours = _TASKS.get(service_name)
    return ours() if ours else _for_others(service_name)


def install() -> None:
    """Give these tasks to every state machine that is read from now on."""
    state_task_factory.state_task_service_for = _task_for
