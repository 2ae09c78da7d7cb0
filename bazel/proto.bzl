"""Wraps Debian's protoc and grpc_cpp_plugin: C++ from .proto files."""

load("@rules_cc//cc:defs.bzl", "cc_library")

# Where python3-googleapis-common-protos keeps google/api and google/rpc.
GOOGLEAPIS = "/usr/lib/python3/dist-packages"

def mayfly_proto_library(name, srcs, deps = [], has_services = False, visibility = None):
    """A cc_library of the messages (and, with has_services, the gRPC stubs) in `srcs`.

    Args:
      name: the library; `name` + "_descriptors" is a FileDescriptorSet of the sources.
      srcs: .proto files, imported by their path from the top of the repository's proto/ folder.
      deps: other C++ proto libraries the generated code includes.
      has_services: whether to run grpc_cpp_plugin too.
      visibility: as usual.
    """
    stems = [src[:-len(".proto")] for src in srcs]
    headers = [stem + ".pb.h" for stem in stems]
    sources = [stem + ".pb.cc" for stem in stems]
    command = "protoc -I proto -I %s --cpp_out=$(RULEDIR)" % GOOGLEAPIS
    if has_services:
        headers += [stem + ".grpc.pb.h" for stem in stems]
        sources += [stem + ".grpc.pb.cc" for stem in stems]
        command += " --plugin=protoc-gen-grpc=/usr/bin/grpc_cpp_plugin --grpc_out=$(RULEDIR)"
    native.genrule(
        name = name + "_generate",
        srcs = srcs,
        outs = headers + sources,
        cmd = command + " " + " ".join(["$(location %s)" % src for src in srcs]),
    )
    cc_library(
        name = name,
        srcs = sources,
        hdrs = headers,
        copts = ["-w"],
        includes = ["."],
        visibility = visibility,
        deps = deps + ["//bazel/debian:grpc" if has_services else "//bazel/debian:protobuf"],
    )

def googleapis_cc_library(name, protos, deps = [], visibility = None):
    """A cc_library of protos that Debian ships without their C++ code, e.g. "google/rpc/status"."""
    headers = [proto + ".pb.h" for proto in protos]
    sources = [proto + ".pb.cc" for proto in protos]
    native.genrule(
        name = name + "_generate",
        outs = headers + sources,
        cmd = "protoc -I %s --cpp_out=$(RULEDIR) %s" % (
            GOOGLEAPIS,
            " ".join(["%s/%s.proto" % (GOOGLEAPIS, proto) for proto in protos]),
        ),
    )
    cc_library(
        name = name,
        srcs = sources,
        hdrs = headers,
        copts = ["-w"],
        includes = ["."],
        visibility = visibility,
        deps = deps + ["//bazel/debian:protobuf"],
    )
