from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

COLD: WorkerStart
DESCRIPTOR: _descriptor.FileDescriptor
DONTNEED: RewindWay
FRESH: Isolation
ISOLATION_UNSPECIFIED: Isolation
PAGEMAP: RewindWay
PAGEMAP_SCAN: RewindWay
REWIND: Isolation
REWIND_WAY_UNSPECIFIED: RewindWay
USERFAULTFD: RewindWay
WARM: WorkerStart
WORKER_START_UNSPECIFIED: WorkerStart

class EngineTimes(_message.Message):
    __slots__ = ["handler", "parse", "serialize"]
    HANDLER_FIELD_NUMBER: _ClassVar[int]
    PARSE_FIELD_NUMBER: _ClassVar[int]
    SERIALIZE_FIELD_NUMBER: _ClassVar[int]
    handler: _duration_pb2.Duration
    parse: _duration_pb2.Duration
    serialize: _duration_pb2.Duration
    def __init__(self, parse: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., handler: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., serialize: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class FunctionError(_message.Message):
    __slots__ = ["code_frame", "frames", "message", "stack", "type"]
    CODE_FRAME_FIELD_NUMBER: _ClassVar[int]
    FRAMES_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    STACK_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    code_frame: str
    frames: _containers.RepeatedCompositeFieldContainer[StackFrame]
    message: str
    stack: str
    type: str
    def __init__(self, type: _Optional[str] = ..., message: _Optional[str] = ..., stack: _Optional[str] = ..., frames: _Optional[_Iterable[_Union[StackFrame, _Mapping]]] = ..., code_frame: _Optional[str] = ...) -> None: ...

class LogEntry(_message.Message):
    __slots__ = ["level", "offset", "text"]
    class Level(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = []
    DEBUG: LogEntry.Level
    ERROR: LogEntry.Level
    INFO: LogEntry.Level
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    LEVEL_UNSPECIFIED: LogEntry.Level
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    WARN: LogEntry.Level
    level: LogEntry.Level
    offset: _duration_pb2.Duration
    text: str
    def __init__(self, level: _Optional[_Union[LogEntry.Level, str]] = ..., text: _Optional[str] = ..., offset: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class Receipt(_message.Message):
    __slots__ = ["cpu_time", "engine_times", "invocation_id", "isolation", "isolation_reason", "load_time", "logs", "logs_truncated", "name", "peak_memory_kib", "queue_time", "revision", "rewind_pages", "rewind_time", "rewind_way", "run_time", "start", "total_time"]
    CPU_TIME_FIELD_NUMBER: _ClassVar[int]
    ENGINE_TIMES_FIELD_NUMBER: _ClassVar[int]
    INVOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    ISOLATION_FIELD_NUMBER: _ClassVar[int]
    ISOLATION_REASON_FIELD_NUMBER: _ClassVar[int]
    LOAD_TIME_FIELD_NUMBER: _ClassVar[int]
    LOGS_FIELD_NUMBER: _ClassVar[int]
    LOGS_TRUNCATED_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PEAK_MEMORY_KIB_FIELD_NUMBER: _ClassVar[int]
    QUEUE_TIME_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    REWIND_PAGES_FIELD_NUMBER: _ClassVar[int]
    REWIND_TIME_FIELD_NUMBER: _ClassVar[int]
    REWIND_WAY_FIELD_NUMBER: _ClassVar[int]
    RUN_TIME_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    TOTAL_TIME_FIELD_NUMBER: _ClassVar[int]
    cpu_time: _duration_pb2.Duration
    engine_times: EngineTimes
    invocation_id: str
    isolation: Isolation
    isolation_reason: str
    load_time: _duration_pb2.Duration
    logs: _containers.RepeatedCompositeFieldContainer[LogEntry]
    logs_truncated: bool
    name: str
    peak_memory_kib: int
    queue_time: _duration_pb2.Duration
    revision: int
    rewind_pages: int
    rewind_time: _duration_pb2.Duration
    rewind_way: RewindWay
    run_time: _duration_pb2.Duration
    start: WorkerStart
    total_time: _duration_pb2.Duration
    def __init__(self, invocation_id: _Optional[str] = ..., name: _Optional[str] = ..., revision: _Optional[int] = ..., start: _Optional[_Union[WorkerStart, str]] = ..., isolation: _Optional[_Union[Isolation, str]] = ..., queue_time: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., load_time: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., run_time: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., total_time: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., cpu_time: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., peak_memory_kib: _Optional[int] = ..., engine_times: _Optional[_Union[EngineTimes, _Mapping]] = ..., logs: _Optional[_Iterable[_Union[LogEntry, _Mapping]]] = ..., logs_truncated: bool = ..., rewind_way: _Optional[_Union[RewindWay, str]] = ..., isolation_reason: _Optional[str] = ..., rewind_time: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., rewind_pages: _Optional[int] = ...) -> None: ...

class StackFrame(_message.Message):
    __slots__ = ["column", "file", "function", "line"]
    COLUMN_FIELD_NUMBER: _ClassVar[int]
    FILE_FIELD_NUMBER: _ClassVar[int]
    FUNCTION_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    column: int
    file: str
    function: str
    line: int
    def __init__(self, function: _Optional[str] = ..., file: _Optional[str] = ..., line: _Optional[int] = ..., column: _Optional[int] = ...) -> None: ...

class Isolation(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class RewindWay(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class WorkerStart(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
