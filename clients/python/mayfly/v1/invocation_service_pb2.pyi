from google.api import annotations_pb2 as _annotations_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from mayfly.v1 import function_pb2 as _function_pb2
from mayfly.v1 import invocation_pb2 as _invocation_pb2
from mayfly.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CheckFunctionRequest(_message.Message):
    __slots__ = ["manifest"]
    MANIFEST_FIELD_NUMBER: _ClassVar[int]
    manifest: _function_pb2.Manifest
    def __init__(self, manifest: _Optional[_Union[_function_pb2.Manifest, _Mapping]] = ...) -> None: ...

class CheckFunctionResponse(_message.Message):
    __slots__ = ["receipt"]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    receipt: _invocation_pb2.Receipt
    def __init__(self, receipt: _Optional[_Union[_invocation_pb2.Receipt, _Mapping]] = ...) -> None: ...

class InvokeRequest(_message.Message):
    __slots__ = ["event", "name", "revision"]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    event: bytes
    name: str
    revision: int
    def __init__(self, name: _Optional[str] = ..., revision: _Optional[int] = ..., event: _Optional[bytes] = ...) -> None: ...

class InvokeResponse(_message.Message):
    __slots__ = ["receipt", "result"]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    receipt: _invocation_pb2.Receipt
    result: bytes
    def __init__(self, result: _Optional[bytes] = ..., receipt: _Optional[_Union[_invocation_pb2.Receipt, _Mapping]] = ...) -> None: ...

class RunRequest(_message.Message):
    __slots__ = ["dependencies", "event", "function_name", "js_eval_as_module", "language_id", "memory_limit_mib", "python_interpreter", "source", "timeout_millis", "warmup_events"]
    class DependenciesEntry(_message.Message):
        __slots__ = ["key", "value"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: _function_pb2.Dependency
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[_function_pb2.Dependency, _Mapping]] = ...) -> None: ...
    DEPENDENCIES_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    FUNCTION_NAME_FIELD_NUMBER: _ClassVar[int]
    JS_EVAL_AS_MODULE_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_ID_FIELD_NUMBER: _ClassVar[int]
    MEMORY_LIMIT_MIB_FIELD_NUMBER: _ClassVar[int]
    PYTHON_INTERPRETER_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_MILLIS_FIELD_NUMBER: _ClassVar[int]
    WARMUP_EVENTS_FIELD_NUMBER: _ClassVar[int]
    dependencies: _containers.MessageMap[str, _function_pb2.Dependency]
    event: bytes
    function_name: str
    js_eval_as_module: bool
    language_id: str
    memory_limit_mib: int
    python_interpreter: str
    source: str
    timeout_millis: int
    warmup_events: _containers.RepeatedScalarFieldContainer[bytes]
    def __init__(self, language_id: _Optional[str] = ..., function_name: _Optional[str] = ..., js_eval_as_module: bool = ..., source: _Optional[str] = ..., dependencies: _Optional[_Mapping[str, _function_pb2.Dependency]] = ..., timeout_millis: _Optional[int] = ..., memory_limit_mib: _Optional[int] = ..., event: _Optional[bytes] = ..., warmup_events: _Optional[_Iterable[bytes]] = ..., python_interpreter: _Optional[str] = ...) -> None: ...

class RunResponse(_message.Message):
    __slots__ = ["receipt", "result"]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    receipt: _invocation_pb2.Receipt
    result: bytes
    def __init__(self, result: _Optional[bytes] = ..., receipt: _Optional[_Union[_invocation_pb2.Receipt, _Mapping]] = ...) -> None: ...
