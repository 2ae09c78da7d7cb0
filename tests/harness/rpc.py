"""gRPC by the generated stubs, with errors taken apart."""

import grpc
from google.protobuf import empty_pb2
from mayfly.errors import MayflyError, from_rpc_error
from mayfly.v1 import function_service_pb2_grpc, invocation_service_pb2, invocation_service_pb2_grpc

MESSAGE_BYTES_MAX = 64 * 1024 * 1024


class Rpc:
    """A channel of its own. `functions` and `invocations` are the bare stubs, `health` is grpc.health.v1."""

    def __init__(self, port, token=None):
        self._channel = grpc.insecure_channel(
            f"127.0.0.1:{port}",
            options=[
                ("grpc.max_receive_message_length", MESSAGE_BYTES_MAX),
                ("grpc.max_send_message_length", MESSAGE_BYTES_MAX),
                ("grpc.use_local_subchannel_pool", 1),
            ],
        )
        self.metadata = [("authorization", f"Bearer {token}")] if token else []
        self.functions = function_service_pb2_grpc.FunctionServiceStub(self._channel)
        self.invocations = invocation_service_pb2_grpc.InvocationServiceStub(self._channel)

    def close(self):
        self._channel.close()

    def try_call(self, method, request, timeout=60, metadata=()):
        """The response, or the MayflyError."""
        try:
            return method(request, timeout=timeout, metadata=[*self.metadata, *metadata])
        except grpc.RpcError as error:
            return from_rpc_error(error)

    def call(self, method, request, **options):
        """The response; the test fails where there is an error."""
        response = self.try_call(method, request, **options)
        assert not isinstance(response, MayflyError), f"{response.code} {response.reason}: {response}"
        return response

    def fail(self, method, request, **options):
        """The error; the test fails where there is none."""
        error = self.try_call(method, request, **options)
        assert isinstance(error, MayflyError), f"no error, but {error}"
        return error

    def invoke(self, name, event=b"", **fields):
        return invocation_service_pb2.InvokeRequest(name=name, event=event, **fields)

    def unary(self, method, request=b"", timeout=60):
        """A call by its path with bytes in and out: for services without stubs here."""
        call = self._channel.unary_unary(method, request_serializer=None, response_deserializer=None)
        return call(request, timeout=timeout, metadata=self.metadata)

    def serving_status(self, service=""):
        """grpc.health.v1: 1 is SERVING, 2 NOT_SERVING. Written out on the wire: field 1 of each message."""
        request = b"\n" + bytes([len(service)]) + service.encode() if service else b""
        response = self.unary("/grpc.health.v1.Health/Check", request)
        return response[1] if response else 0

    def reflection(self, sent, timeout=60):
        """One request of server reflection, its response as bytes."""
        call = self._channel.stream_stream(
            "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
            request_serializer=None,
            response_deserializer=None,
        )
        return next(call(iter([sent]), timeout=timeout, metadata=self.metadata))


EMPTY = empty_pb2.Empty()
