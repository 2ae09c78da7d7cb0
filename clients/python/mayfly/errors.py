"""Errors by reason: `except mayfly.FunctionThrew`, or `error.reason == "FUNCTION_THREW"`. docs/errors.md lists the reasons."""

from __future__ import annotations

from collections.abc import Iterable

import grpc
from google.rpc import error_details_pb2, status_pb2

from mayfly.v1 import invocation_pb2


class MayflyError(Exception):
    """What a server answered, or why none did. str() is the message: what happened, where, and what to do next."""

    code: grpc.StatusCode
    reason: str
    """One word of docs/errors.md; empty where no Mayfly server has answered."""
    metadata: dict[str, str]
    function_error: invocation_pb2.FunctionError | None
    """What the guest threw, or why its source does not load."""
    receipt: invocation_pb2.Receipt | None
    """What the call cost, when it came as far as that. It holds the logs."""
    violations: dict[str, str]
    """What is wrong with a manifest, by JSON path."""
    retry_after: float | None
    """Seconds after which trying again makes sense."""

    def __init__(self, code: grpc.StatusCode, message: str, details: Iterable = ()):
        super().__init__(message)
        self.code = code
        self.reason = ""
        self.metadata = {}
        self.function_error = None
        self.receipt = None
        self.violations = {}
        self.retry_after = None
        for detail in details:
            self._take(detail)

    def _take(self, detail) -> None:
        if info := _unpack(detail, error_details_pb2.ErrorInfo):
            self.reason = info.reason
            self.metadata = dict(info.metadata)
        elif request := _unpack(detail, error_details_pb2.BadRequest):
            self.violations = {v.field: v.description for v in request.field_violations}
        elif retry := _unpack(detail, error_details_pb2.RetryInfo):
            self.retry_after = retry.retry_delay.ToTimedelta().total_seconds()
        elif function_error := _unpack(detail, invocation_pb2.FunctionError):
            self.function_error = function_error
        elif receipt := _unpack(detail, invocation_pb2.Receipt):
            self.receipt = receipt


class FunctionFailed(MayflyError):
    """The function ran and did not return: it threw, ran out of time or memory, crashed, or its result is no JSON."""


class FunctionThrew(FunctionFailed):
    """The function threw, or the promise it returned was rejected. `function_error` says what and where."""


class FunctionTimeout(FunctionFailed):
    """The function ran until its deadline."""


class SourceInvalid(MayflyError):
    """The source does not compile or load, or has no such handler. `function_error` says what and where."""


class RequestInvalid(MayflyError):
    """The request can't be right: a manifest, an event, a name. `violations` says where."""


class FunctionNotFound(MayflyError):
    """There is no such function or revision. The message names the nearest ids."""


class Conflict(MayflyError):
    """The function exists already, or has changed since its etag was read."""


class Unauthenticated(MayflyError):
    """The server wants a token, or another one."""


class Exhausted(MayflyError):
    """The server is full: its store, or its number of functions."""


class Unavailable(MayflyError):
    """No server, or one that can't take the call now: the function has not started. `retry_after` says when to try again."""


class FunctionQuarantined(Unavailable):
    """The function's workers have crashed again and again: it is not called until `retry_after` has passed, or it is deployed anew."""


class DeadlineExceeded(MayflyError):
    """The caller's deadline passed, or the call's budget ran out in the queue."""


_BY_REASON: dict[str, type[MayflyError]] = {
    "FUNCTION_THREW": FunctionThrew,
    "FUNCTION_TIMEOUT": FunctionTimeout,
    "FUNCTION_QUARANTINED": FunctionQuarantined,
    "CPU_LIMIT": FunctionFailed,
    "MEMORY_LIMIT": FunctionFailed,
    "WORKER_CRASHED": FunctionFailed,
    "RESULT_NOT_SERIALIZABLE": FunctionFailed,
    "RESULT_TOO_LARGE": FunctionFailed,
    "SOURCE_INVALID": SourceInvalid,
    "HANDLER_NOT_FOUND": SourceInvalid,
    "EVENT_TOO_LARGE": RequestInvalid,
    "SOURCE_TOO_LARGE": RequestInvalid,
    "MEMORY_BUDGET_EXCEEDED": RequestInvalid,
    "REQUEST_TOO_LARGE": RequestInvalid,
}

# Where the reason does not decide: the status code does.
_BY_CODE: dict[grpc.StatusCode, type[MayflyError]] = {
    grpc.StatusCode.INVALID_ARGUMENT: RequestInvalid,
    grpc.StatusCode.NOT_FOUND: FunctionNotFound,
    grpc.StatusCode.ALREADY_EXISTS: Conflict,
    grpc.StatusCode.ABORTED: Conflict,
    grpc.StatusCode.UNAUTHENTICATED: Unauthenticated,
    grpc.StatusCode.RESOURCE_EXHAUSTED: Exhausted,
    grpc.StatusCode.UNAVAILABLE: Unavailable,
    grpc.StatusCode.DEADLINE_EXCEEDED: DeadlineExceeded,
}


def from_rpc_error(error: grpc.RpcError) -> MayflyError:
    """The error that a failed call of a stub stands for."""
    status = status_pb2.Status()
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            status.ParseFromString(value)
    base = MayflyError(error.code(), error.details() or "", status.details)
    kind = _BY_REASON.get(base.reason) or _BY_CODE.get(error.code()) or MayflyError
    return kind(error.code(), error.details() or "", status.details)


def _unpack(detail, message_type):
    message = message_type()
    return message if detail.Unpack(message) else None
