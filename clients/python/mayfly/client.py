"""A typed surface over the stubs of mayfly.v1."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import grpc

from mayfly import errors
from mayfly.v1 import (
    function_pb2,
    function_service_pb2,
    function_service_pb2_grpc,
    invocation_pb2,
    invocation_service_pb2,
    invocation_service_pb2_grpc,
)

# The largest manifest of a FULL view, with room; gRPC's own default is 4 MiB.
_MESSAGE_BYTES_MAX = 32 * 1024 * 1024
_EMPTY_EVENT: Any = {}


class Result(NamedTuple):
    """What a call left."""

    value: Any
    """What the handler returned, read from JSON."""
    receipt: invocation_pb2.Receipt
    """What the call cost, and its logs."""


class Client:
    """Talks to one Mayfly server over gRPC. Thread-safe. Close it, or use it in a `with` statement.

    Every method raises a MayflyError (mayfly/errors.py). `timeout` is the deadline of one call in seconds, queue wait
    included; the smaller of it and the function's own timeout counts.
    """

    def __init__(
        self,
        address: str = "127.0.0.1:50051",
        token: str | None = None,
        namespace: str = "default",
        channel: grpc.Channel | None = None,
    ):
        """`token` is sent with each call. `channel` brings one of your own (TLS, for instance); the client then closes it."""
        self.namespace = namespace
        self._channel = channel or grpc.insecure_channel(
            address,
            options=[
                ("grpc.max_receive_message_length", _MESSAGE_BYTES_MAX),
                ("grpc.max_send_message_length", _MESSAGE_BYTES_MAX),
            ],
        )
        self._metadata = [("authorization", f"Bearer {token}")] if token else []
        self.functions = function_service_pb2_grpc.FunctionServiceStub(self._channel)
        """The bare stubs, for what this class leaves out."""
        self.invocations = invocation_service_pb2_grpc.InvocationServiceStub(self._channel)

    def close(self) -> None:
        self._channel.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def create(
        self,
        id: str,
        language_id: str,
        source: str,
        *,
        function_name: str = "",
        js_eval_as_module: bool = False,
        dependencies: Mapping[str, str] | None = None,
        timeout_millis: int = 0,
        memory_limit_mib: int = 0,
        warmup_events: Iterable[Any] = (),
        python_interpreter: str = "",
        timeout: float | None = None,
    ) -> function_pb2.Function:
        """Stores a function that must not be there yet (else Conflict). An empty id: the server makes one up.

        `dependencies` are sources by the name they are imported with; a 0 or an empty name means the server's default.
        `warmup_events` are what the handler is called with before its first call.
        """
        manifest = _manifest(
            id, language_id, source, function_name, js_eval_as_module, dependencies, timeout_millis, memory_limit_mib,
            warmup_events, python_interpreter,
        )  # fmt: skip
        request = function_service_pb2.CreateFunctionRequest(parent=self._parent, manifest=manifest)
        return self._call(self.functions.CreateFunction, request, timeout)

    def deploy(
        self,
        id: str,
        language_id: str,
        source: str,
        *,
        function_name: str = "",
        js_eval_as_module: bool = False,
        dependencies: Mapping[str, str] | None = None,
        timeout_millis: int = 0,
        memory_limit_mib: int = 0,
        warmup_events: Iterable[Any] = (),
        python_interpreter: str = "",
        timeout: float | None = None,
    ) -> function_pb2.Function:
        """As create, but makes a new revision of a function that is there."""
        manifest = _manifest(
            id, language_id, source, function_name, js_eval_as_module, dependencies, timeout_millis, memory_limit_mib,
            warmup_events, python_interpreter,
        )  # fmt: skip
        request = function_service_pb2.DeployFunctionRequest(parent=self._parent, manifest=manifest)
        return self._call(self.functions.DeployFunction, request, timeout)

    def get(
        self, id: str, *, revision: int = 0, with_source: bool = False, timeout: float | None = None
    ) -> function_pb2.Function:
        """A function, or one of its revisions; `with_source` fills its `manifest`."""
        view = function_pb2.FULL if with_source else function_pb2.BASIC
        request = function_service_pb2.GetFunctionRequest(name=self._name(id), view=view, revision=revision)
        return self._call(self.functions.GetFunction, request, timeout)

    def list(self, *, timeout: float | None = None) -> Iterator[function_pb2.Function]:
        """All functions of the namespace in the order of their ids, page by page; `timeout` is for one page."""
        request = function_service_pb2.ListFunctionsRequest(parent=self._parent)
        while True:
            response = self._call(self.functions.ListFunctions, request, timeout)
            yield from response.functions
            if not response.next_page_token:
                return
            request.page_token = response.next_page_token

    def delete(self, id: str, *, etag: str = "", timeout: float | None = None) -> None:
        """Deletes a function and its revisions; with an etag, only if it has not changed since (else Conflict)."""
        request = function_service_pb2.DeleteFunctionRequest(name=self._name(id), etag=etag)
        self._call(self.functions.DeleteFunction, request, timeout)

    def invoke(
        self, id: str, event: Any = _EMPTY_EVENT, *, revision: int = 0, timeout: float | None = None
    ) -> Result:
        """Calls a stored function; revision 0 is the latest."""
        request = invocation_service_pb2.InvokeRequest(name=self._name(id), revision=revision, event=_to_json(event))
        response = self._call(self.invocations.Invoke, request, timeout)
        return Result(json.loads(response.result), response.receipt)

    def run(
        self,
        language_id: str,
        source: str,
        event: Any = _EMPTY_EVENT,
        *,
        function_name: str = "",
        js_eval_as_module: bool = False,
        dependencies: Mapping[str, str] | None = None,
        timeout_millis: int = 0,
        memory_limit_mib: int = 0,
        warmup_events: Iterable[Any] = (),
        python_interpreter: str = "",
        timeout: float | None = None,
    ) -> Result:
        """Runs source that is stored nowhere."""
        request = invocation_service_pb2.RunRequest(
            language_id=language_id,
            source=source,
            event=_to_json(event),
            function_name=function_name,
            js_eval_as_module=js_eval_as_module,
            dependencies=_dependencies(dependencies),
            timeout_millis=timeout_millis,
            memory_limit_mib=memory_limit_mib,
            warmup_events=map(_to_json, warmup_events),
            python_interpreter=python_interpreter,
        )
        response = self._call(self.invocations.Run, request, timeout)
        return Result(json.loads(response.result), response.receipt)

    @property
    def _parent(self) -> str:
        return f"namespaces/{self.namespace}"

    def _name(self, id: str) -> str:
        return f"{self._parent}/functions/{id}"

    def _call(self, method: Any, request: Any, timeout: float | None) -> Any:
        try:
            return method(request, timeout=timeout, metadata=self._metadata)
        except grpc.RpcError as error:
            raise errors.from_rpc_error(error) from error


def _manifest(
    id: str,
    language_id: str,
    source: str,
    function_name: str,
    js_eval_as_module: bool,
    dependencies: Mapping[str, str] | None,
    timeout_millis: int,
    memory_limit_mib: int,
    warmup_events: Iterable[Any],
    python_interpreter: str,
) -> function_pb2.Manifest:
    return function_pb2.Manifest(
        id=id,
        language_id=language_id,
        source=source,
        function_name=function_name,
        js_eval_as_module=js_eval_as_module,
        dependencies=_dependencies(dependencies),
        timeout_millis=timeout_millis,
        memory_limit_mib=memory_limit_mib,
        warmup_events=map(_to_json, warmup_events),
        python_interpreter=python_interpreter,
    )


def _dependencies(sources: Mapping[str, str] | None) -> dict[str, function_pb2.Dependency]:
    return {name: function_pb2.Dependency(source=source) for name, source in (sources or {}).items()}


def _to_json(event: Any) -> bytes:
    return json.dumps(event, allow_nan=False, separators=(",", ":")).encode()
