// Page tokens: opaque to clients, and bound to the list they were given for.
#ifndef MAYFLY_CONTROLPLANE_PAGE_TOKEN_H_
#define MAYFLY_CONTROLPLANE_PAGE_TOKEN_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "base/function_name.h"

namespace mayfly::controlplane {

// Where the next page of a namespace's functions begins: beyond an id. Parsing an empty token gives the first page, "".
// Errors: INVALID_ARGUMENT PAGE_TOKEN_INVALID for anything but a token that Make gave for the same namespace.
std::string MakeListToken(const std::string& namespace_id, const std::string& after_id);
absl::StatusOr<std::string> ParseListToken(const std::string& token, const std::string& namespace_id);

// Where the next page of a function's revisions begins: below a revision. Empty, and errors, as above.
std::string MakeRevisionsToken(const FunctionName& name, int32_t before_revision);
absl::StatusOr<int32_t> ParseRevisionsToken(const std::string& token, const FunctionName& name);

}  // namespace mayfly::controlplane

#endif  // MAYFLY_CONTROLPLANE_PAGE_TOKEN_H_
