"""Fuzz targets: one function of bytes, fuzzed by libFuzzer and tried with its corpus in every build."""

load("@rules_cc//cc:defs.bzl", "cc_binary", "cc_library", "cc_test")

def mayfly_fuzz_target(name, deps, **kwargs):
    """A fuzz target and the test of its corpus.

    `name`.cc defines LLVMFuzzerTestOneInput. For a name of x_fuzz, the files in fuzz_corpus/x are its seeds, and
    fuzz_corpus/x.dict, if there is one, is its dictionary. Makes

      name: the fuzzer, which tools/fuzz builds and runs (with --config=fuzz: it needs clang);
      name + "_corpus_test": a test that runs each seed once, with whatever compiler and sanitizers a build has. An input
        that has once shown a fault is added to the seeds, and stays tested so.

    Args:
      name: ends in "_fuzz".
      deps: what the source includes.
      **kwargs: passed on to the library of the source.
    """
    stem = name[:-len("_fuzz")]
    corpus = native.glob(["fuzz_corpus/%s/*" % stem])
    cc_library(
        name = name + "_entry",
        testonly = True,
        srcs = [name + ".cc"],
        deps = deps + ["//bazel/debian:absl"],
        alwayslink = True,
        **kwargs
    )
    cc_binary(
        name = name,
        testonly = True,
        data = corpus + native.glob(["fuzz_corpus/%s.dict" % stem], allow_empty = True),
        linkopts = ["-fsanitize=fuzzer"],
        tags = ["fuzz", "manual"],
        deps = [":" + name + "_entry"],
    )
    cc_test(
        name = name + "_corpus_test",
        size = "small",
        args = ["%s/fuzz_corpus/%s" % (native.package_name(), stem)],
        data = corpus,
        deps = [":" + name + "_entry", "//tests/fuzz:run_corpus"],
    )
