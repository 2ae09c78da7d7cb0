// Functions as the store's rows hold them.
#ifndef MAYFLY_CONTROLPLANE_FUNCTION_ROWS_H_
#define MAYFLY_CONTROLPLANE_FUNCTION_ROWS_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/function_name.h"
#include "controlplane/store.h"
#include "mayfly/v1/function.pb.h"

namespace mayfly::controlplane {

// The function that a request makes as `revision`, without its manifest. Its etag names revision and content.
v1::Function MakeSummary(const PutRequest& request, int32_t revision, absl::Time create_time, absl::Time update_time);

// A row's function: `summary` is a serialized v1::Function, `manifest` a v1::Manifest, or empty for a function without
// one. What is read back is not trusted: INTERNAL STORAGE_FAILED if the key is no function's, if it does not parse, is
// not the revision that the key says, or holds a manifest in its summary.
absl::StatusOr<v1::Function> ParseFunctionRow(const FunctionKey& key, std::string_view summary,
                                              std::string_view manifest);

}  // namespace mayfly::controlplane

#endif  // MAYFLY_CONTROLPLANE_FUNCTION_ROWS_H_
