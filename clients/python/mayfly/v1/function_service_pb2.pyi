from google.api import annotations_pb2 as _annotations_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf import empty_pb2 as _empty_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from mayfly.v1 import function_pb2 as _function_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CreateFunctionRequest(_message.Message):
    __slots__ = ["manifest", "parent"]
    MANIFEST_FIELD_NUMBER: _ClassVar[int]
    PARENT_FIELD_NUMBER: _ClassVar[int]
    manifest: _function_pb2.Manifest
    parent: str
    def __init__(self, parent: _Optional[str] = ..., manifest: _Optional[_Union[_function_pb2.Manifest, _Mapping]] = ...) -> None: ...

class DeleteFunctionRequest(_message.Message):
    __slots__ = ["allow_missing", "etag", "name"]
    ALLOW_MISSING_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    allow_missing: bool
    etag: str
    name: str
    def __init__(self, name: _Optional[str] = ..., etag: _Optional[str] = ..., allow_missing: bool = ...) -> None: ...

class DeployFunctionRequest(_message.Message):
    __slots__ = ["manifest", "parent"]
    MANIFEST_FIELD_NUMBER: _ClassVar[int]
    PARENT_FIELD_NUMBER: _ClassVar[int]
    manifest: _function_pb2.Manifest
    parent: str
    def __init__(self, parent: _Optional[str] = ..., manifest: _Optional[_Union[_function_pb2.Manifest, _Mapping]] = ...) -> None: ...

class GetFunctionRequest(_message.Message):
    __slots__ = ["name", "revision", "view"]
    NAME_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    VIEW_FIELD_NUMBER: _ClassVar[int]
    name: str
    revision: int
    view: _function_pb2.FunctionView
    def __init__(self, name: _Optional[str] = ..., view: _Optional[_Union[_function_pb2.FunctionView, str]] = ..., revision: _Optional[int] = ...) -> None: ...

class ListFunctionRevisionsRequest(_message.Message):
    __slots__ = ["name", "page_size", "page_token", "view"]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    VIEW_FIELD_NUMBER: _ClassVar[int]
    name: str
    page_size: int
    page_token: str
    view: _function_pb2.FunctionView
    def __init__(self, name: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., view: _Optional[_Union[_function_pb2.FunctionView, str]] = ...) -> None: ...

class ListFunctionRevisionsResponse(_message.Message):
    __slots__ = ["next_page_token", "revisions"]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    REVISIONS_FIELD_NUMBER: _ClassVar[int]
    next_page_token: str
    revisions: _containers.RepeatedCompositeFieldContainer[_function_pb2.Function]
    def __init__(self, revisions: _Optional[_Iterable[_Union[_function_pb2.Function, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListFunctionsRequest(_message.Message):
    __slots__ = ["page_size", "page_token", "parent", "view"]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    PARENT_FIELD_NUMBER: _ClassVar[int]
    VIEW_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    parent: str
    view: _function_pb2.FunctionView
    def __init__(self, parent: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., view: _Optional[_Union[_function_pb2.FunctionView, str]] = ...) -> None: ...

class ListFunctionsResponse(_message.Message):
    __slots__ = ["functions", "next_page_token"]
    FUNCTIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    functions: _containers.RepeatedCompositeFieldContainer[_function_pb2.Function]
    next_page_token: str
    def __init__(self, functions: _Optional[_Iterable[_Union[_function_pb2.Function, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UpdateFunctionRequest(_message.Message):
    __slots__ = ["allow_missing", "etag", "manifest", "name", "update_mask"]
    ALLOW_MISSING_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    MANIFEST_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    allow_missing: bool
    etag: str
    manifest: _function_pb2.Manifest
    name: str
    update_mask: _field_mask_pb2.FieldMask
    def __init__(self, name: _Optional[str] = ..., manifest: _Optional[_Union[_function_pb2.Manifest, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., etag: _Optional[str] = ..., allow_missing: bool = ...) -> None: ...

class WatchFunctionsRequest(_message.Message):
    __slots__ = ["resume_token"]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    resume_token: str
    def __init__(self, resume_token: _Optional[str] = ...) -> None: ...

class WatchFunctionsResponse(_message.Message):
    __slots__ = ["function", "kind", "resume_token"]
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = []
    DELETED: WatchFunctionsResponse.Kind
    FUNCTION_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    KIND_UNSPECIFIED: WatchFunctionsResponse.Kind
    PUT: WatchFunctionsResponse.Kind
    RESET: WatchFunctionsResponse.Kind
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SYNCED: WatchFunctionsResponse.Kind
    function: _function_pb2.Function
    kind: WatchFunctionsResponse.Kind
    resume_token: str
    def __init__(self, kind: _Optional[_Union[WatchFunctionsResponse.Kind, str]] = ..., function: _Optional[_Union[_function_pb2.Function, _Mapping]] = ..., resume_token: _Optional[str] = ...) -> None: ...
