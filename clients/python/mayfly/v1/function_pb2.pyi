from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.api import resource_pb2 as _resource_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from mayfly.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

BASIC: FunctionView
DESCRIPTOR: _descriptor.FileDescriptor
FULL: FunctionView
FUNCTION_VIEW_UNSPECIFIED: FunctionView

class Dependency(_message.Message):
    __slots__ = ["source"]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    source: str
    def __init__(self, source: _Optional[str] = ...) -> None: ...

class Function(_message.Message):
    __slots__ = ["content_sha256", "create_time", "dependencies", "etag", "function_name", "id", "js_eval_as_module", "language_id", "manifest", "memory_limit_mib", "name", "revision", "timeout_millis", "update_time"]
    CONTENT_SHA256_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    DEPENDENCIES_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    FUNCTION_NAME_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    JS_EVAL_AS_MODULE_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_ID_FIELD_NUMBER: _ClassVar[int]
    MANIFEST_FIELD_NUMBER: _ClassVar[int]
    MEMORY_LIMIT_MIB_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_MILLIS_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    content_sha256: str
    create_time: _timestamp_pb2.Timestamp
    dependencies: _containers.RepeatedScalarFieldContainer[str]
    etag: str
    function_name: str
    id: str
    js_eval_as_module: bool
    language_id: str
    manifest: Manifest
    memory_limit_mib: int
    name: str
    revision: int
    timeout_millis: int
    update_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., id: _Optional[str] = ..., language_id: _Optional[str] = ..., function_name: _Optional[str] = ..., js_eval_as_module: bool = ..., dependencies: _Optional[_Iterable[str]] = ..., revision: _Optional[int] = ..., content_sha256: _Optional[str] = ..., etag: _Optional[str] = ..., create_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., timeout_millis: _Optional[int] = ..., memory_limit_mib: _Optional[int] = ..., manifest: _Optional[_Union[Manifest, _Mapping]] = ...) -> None: ...

class Manifest(_message.Message):
    __slots__ = ["dependencies", "function_name", "id", "js_eval_as_module", "language_id", "memory_limit_mib", "python_interpreter", "source", "timeout_millis", "warmup_events"]
    class DependenciesEntry(_message.Message):
        __slots__ = ["key", "value"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: Dependency
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[Dependency, _Mapping]] = ...) -> None: ...
    DEPENDENCIES_FIELD_NUMBER: _ClassVar[int]
    FUNCTION_NAME_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    JS_EVAL_AS_MODULE_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_ID_FIELD_NUMBER: _ClassVar[int]
    MEMORY_LIMIT_MIB_FIELD_NUMBER: _ClassVar[int]
    PYTHON_INTERPRETER_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_MILLIS_FIELD_NUMBER: _ClassVar[int]
    WARMUP_EVENTS_FIELD_NUMBER: _ClassVar[int]
    dependencies: _containers.MessageMap[str, Dependency]
    function_name: str
    id: str
    js_eval_as_module: bool
    language_id: str
    memory_limit_mib: int
    python_interpreter: str
    source: str
    timeout_millis: int
    warmup_events: _containers.RepeatedScalarFieldContainer[bytes]
    def __init__(self, id: _Optional[str] = ..., language_id: _Optional[str] = ..., function_name: _Optional[str] = ..., js_eval_as_module: bool = ..., source: _Optional[str] = ..., dependencies: _Optional[_Mapping[str, Dependency]] = ..., timeout_millis: _Optional[int] = ..., memory_limit_mib: _Optional[int] = ..., warmup_events: _Optional[_Iterable[bytes]] = ..., python_interpreter: _Optional[str] = ...) -> None: ...

class FunctionView(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
