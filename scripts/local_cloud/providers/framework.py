"""How a provider says which operations of an AWS service it answers, and how truthfully.

A provider fills an `Operations` table. What is in the table is answered; every other operation that AWS has
gets an error in AWS's shape, never Moto's guess.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from enum import StrEnum
from functools import wraps
from typing import Any, Protocol

from botocore.model import Shape
from localstack.aws.api import CommonServiceException, RequestContext
from localstack.aws.skeleton import Skeleton
from localstack.aws.spec import load_service
from localstack.services.moto import call_moto
from localstack.services.plugins import Service, ServiceLifecycleHook

Request = dict[str, Any]
Response = dict[str, Any]
Handler = Callable[[RequestContext, Request], Response | None]


#: AWS's error code for a parameter that is missing, by protocol; ``ValidationException`` in the JSON ones.
_MISSING = {"ec2": "MissingParameter", "query": "MissingParameter"}


class Fidelity(StrEnum):
    """What stands behind an answer."""

    REAL = "real"
    """Something real does the work: a server, a file, a check of a listener."""
    SIMULATED = "simulated"
    """The records are kept and answered as AWS does; nothing runs behind them."""
    REFUSED = "refused"
    """Answered with an error in AWS's shape."""


class Operations:
    """The operations of one service that the local cloud answers.

    Parameters
    ----------
    service
        botocore's name of the service, such as ``rds``.
    fallback
        Handlers of another provider, by operation; `passed_on` takes them from here. Moto when not given.
    check
        Refuses a request, in which nothing is missing, by the shape of the operation's input.
    """

    def __init__(
        self,
        service: str,
        fallback: Mapping[str, Handler] | None = None,
        check: Callable[[Shape, Request], None] = lambda _shape, _request: None,
    ) -> None:
        self.service = service
        self._model = load_service(service)
        self._fallback = fallback
        self._check = check
        self._handlers: dict[str, Handler] = {}
        self._fidelity: dict[str, Fidelity] = {}

    def real(self, operation: str) -> Callable[[Handler], Handler]:
        """Decorator: the function answers the operation with something real behind it."""
        return self._registering(operation, Fidelity.REAL)

    def simulated(self, operation: str) -> Callable[[Handler], Handler]:
        """Decorator: the function answers the operation from records alone."""
        return self._registering(operation, Fidelity.SIMULATED)

    def passed_on(self, *operations: str) -> None:
        """These operations are answered by the fallback as they are."""
        for operation in operations:
            self.register(operation, self.fallback(operation), Fidelity.SIMULATED)

    def fallback(self, operation: str) -> Handler:
        """The handler that a function of ours stands in front of."""
        return call_moto if self._fallback is None else self._fallback[operation]

    def fidelity(self) -> dict[str, Fidelity]:
        """Every operation that AWS knows, with what stands behind its answer."""
        return {name: self._fidelity.get(name, Fidelity.REFUSED) for name in self.known()}

    def known(self) -> Iterable[str]:
        """The names of all operations that botocore knows of the service."""
        names: Iterable[str] = self._model.operation_names
        return names

    def build(self, lifecycle_hook: ServiceLifecycleHook | None = None) -> Service:
        """The LocalStack service that dispatches to this table."""
        table = {name: self._complete(name) for name in self.known()}
        return Service(self.service, skeleton=Skeleton(self._model, table), lifecycle_hook=lifecycle_hook)

    def _complete(self, operation: str) -> Handler:
        """The handler, called only when what AWS requires is given; clients that check nothing exist too."""
        handler = self._handlers.get(operation)
        shape = self._model.operation_model(operation).input_shape
        if handler is None or shape is None:
            return handler or self._refuse
        required = tuple(shape.required_members)
        code = _MISSING.get(self._model.protocol, "ValidationException")

        @wraps(handler)
        def complete(context: RequestContext, request: Request) -> Response | None:
            if missing := [name for name in required if request.get(name) is None]:
                raise error(code, f"The request must contain the parameter {', '.join(missing)}")
            self._check(shape, request)
            return handler(context, request)

        return complete

    def _registering(self, operation: str, fidelity: Fidelity) -> Callable[[Handler], Handler]:
        def register(handler: Handler) -> Handler:
            self.register(operation, handler, fidelity)
            return handler

        return register

    def register(self, operation: str, handler: Handler, fidelity: Fidelity) -> None:
        """The function answers the operation."""
        if operation not in self._model.operation_names:
            raise ValueError(f"{self.service} has no operation {operation}")
        if operation in self._handlers:
            raise ValueError(f"{self.service} {operation} is registered twice")
        self._handlers[operation] = handler
        self._fidelity[operation] = fidelity

    def _refuse(self, context: RequestContext, request: Request) -> Response:
        raise CommonServiceException(
            "UnsupportedOperation",
            f"The local cloud cannot answer {self.service}:{context.operation.name} truthfully, "
            "so it does not answer it at all; on AWS the call would be carried out.",
            status_code=400,
            sender_fault=True,
        )


class Answers(Protocol):
    """What `one_at_a_time` makes."""

    def __call__(self, operation: str, fidelity: Fidelity = ...) -> Callable[[Handler], Handler]:
        """Decorator: the function answers the operation, with this behind it."""


def one_at_a_time(operations: Operations, lock: AbstractContextManager[Any], usual: Fidelity) -> Answers:
    """A decorator for the handlers of a service that change records in common: each holds the lock.

    Parameters
    ----------
    lock
        Reentrant, where a handler calls another.
    usual
        What stands behind the answers where nothing else is said.
    """

    def answers(operation: str, fidelity: Fidelity = usual) -> Callable[[Handler], Handler]:
        def register(handler: Handler) -> Handler:
            @wraps(handler)
            def alone(context: RequestContext, request: Request) -> Response | None:
                with lock:
                    return handler(context, request)

            operations.register(operation, alone, fidelity)
            return alone

        return register

    return answers


def error(code: str, message: str, status: int = 400) -> CommonServiceException:
    """An error with AWS's code, message and HTTP status, to be raised by a handler."""
    return CommonServiceException(code, message, status_code=status, sender_fault=status < 500)
