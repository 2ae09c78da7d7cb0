"""Mayfly: store small JavaScript and Python functions, and call them.

    client = mayfly.Client("127.0.0.1:50051")
    client.deploy("hello", "js", "function handler(event) { return 'Hello, ' + event.name }")
    value, receipt = client.invoke("hello", {"name": "Ada"})
"""

from mayfly.client import Client, Result
from mayfly.errors import (
    Conflict,
    DeadlineExceeded,
    Exhausted,
    FunctionFailed,
    FunctionNotFound,
    FunctionQuarantined,
    FunctionThrew,
    FunctionTimeout,
    MayflyError,
    RequestInvalid,
    SourceInvalid,
    Unauthenticated,
    Unavailable,
)

__all__ = [
    "Client",
    "Conflict",
    "DeadlineExceeded",
    "Exhausted",
    "FunctionFailed",
    "FunctionNotFound",
    "FunctionQuarantined",
    "FunctionThrew",
    "FunctionTimeout",
    "MayflyError",
    "RequestInvalid",
    "Result",
    "SourceInvalid",
    "Unauthenticated",
    "Unavailable",
]
