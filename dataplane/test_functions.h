// Functions for tests.
#ifndef MAYFLY_DATAPLANE_TEST_FUNCTIONS_H_
#define MAYFLY_DATAPLANE_TEST_FUNCTIONS_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "dataplane/function_revision.h"
#include "mayfly/v1/function.pb.h"

namespace mayfly::dataplane {

inline constexpr char kTestSource[] = "function handler(event) {\n  return event.user.name;\n}\n";

// A stored function as the control plane tells it: 5 s, 128 MiB, one dependency. Its content hash is "sha-<source>".
inline v1::Function MakeTestFunction(const std::string& id, int32_t revision = 1,
                                     const std::string& source = kTestSource) {
  v1::Function function;
  function.set_name(absl::StrCat("namespaces/default/functions/", id));
  function.set_id(id);
  function.set_revision(revision);
  function.set_content_sha256(absl::StrCat("sha-", source));
  v1::Manifest& manifest = *function.mutable_manifest();
  manifest.set_id(id);
  manifest.set_language_id("js");
  manifest.set_function_name("handler");
  manifest.set_source(source);
  (*manifest.mutable_dependencies())["greeter"].set_source("exports.greet = () => 1;\n");
  manifest.set_timeout_millis(5000);
  manifest.set_memory_limit_mib(128);
  return function;
}

inline std::shared_ptr<const FunctionRevision> MakeTestRevision(const std::string& id, int32_t revision = 1) {
  return *MakeFunctionRevision(MakeTestFunction(id, revision));
}

}  // namespace mayfly::dataplane

#endif  // MAYFLY_DATAPLANE_TEST_FUNCTIONS_H_
