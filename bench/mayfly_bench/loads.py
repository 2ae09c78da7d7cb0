"""The loads that were measured, by name and in the order of the report."""

import dataclasses

from mayfly_bench.load import Load

# The ways of rewinding, as --rewind names them.
WAYS = ("userfaultfd", "pagemap-scan", "pagemap", "dontneed")
# (key of the results, name, door)
LOADS = [
    ("http health", "floor: GET /health", "HTTP"),
    ("http js", "Mayfly, JavaScript hello", "HTTP"),
    ("http js fresh", "Mayfly fresh, JavaScript hello", "HTTP"),
    ("http workerd", "workerd, JavaScript hello, shared context", "HTTP"),
    ("http node-vm", "Node vm, JavaScript hello, new context", "HTTP"),
    ("http python", "Mayfly, Python hello", "HTTP"),
    ("http python fresh", "Mayfly fresh, Python hello", "HTTP"),
    ("http fastapi", "FastAPI on uvicorn, Python hello, shared state", "HTTP"),
    ("http numpy", "Mayfly, numpy", "HTTP"),
    ("grpc health", "floor: grpc.health.v1", "gRPC"),
    ("grpc js", "Mayfly, JavaScript hello", "gRPC"),
    ("grpc python", "Mayfly, Python hello", "gRPC"),
    ("http js two cores", "Mayfly on two cores, JavaScript hello", "HTTP"),
    ("http python two cores", "Mayfly on two cores, Python hello", "HTTP"),
    ("http many single", "Mayfly, many stored, one called", "HTTP"),
    ("http many", "Mayfly, many stored, the warm ones by Zipf", "HTTP"),
    ("http busy", "Mayfly, JavaScript of some milliseconds", "HTTP"),
    ("overload busy", "Mayfly, ten times as many of those", "HTTP"),
    ("half js", "Mayfly, JavaScript hello, half of peak", "HTTP"),
    ("half workerd", "workerd, half of peak", "HTTP"),
    ("half node-vm", "Node vm, half of peak", "HTTP"),
    ("half python", "Mayfly, Python hello, half of peak", "HTTP"),
    ("half fastapi", "FastAPI on uvicorn, half of peak", "HTTP"),
]


@dataclasses.dataclass(frozen=True)
class NamedLoad:
    key: str
    name: str
    door: str
    load: Load


def loads(results):
    return [NamedLoad(key, name, door, results.get(key)) for key, name, door in LOADS if results.get(key)]
