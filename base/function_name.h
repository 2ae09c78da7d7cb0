// The key of everything that is stored, watched, catalogued and pooled: namespace, id, revision.
#ifndef MAYFLY_BASE_FUNCTION_NAME_H_
#define MAYFLY_BASE_FUNCTION_NAME_H_

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace mayfly {

inline constexpr char kDefaultNamespace[] = "default";

// A function, whatever its revision. A value of this type is always valid when it came from one of the parsers below.
struct FunctionName {
  std::string namespace_id;
  std::string function_id;

  // "namespaces/{namespace_id}/functions/{function_id}".
  std::string ToString() const;

  friend auto operator<=>(const FunctionName&, const FunctionName&) = default;
  template <typename H>
  friend H AbslHashValue(H hash, const FunctionName& name) {
    return H::combine(std::move(hash), name.namespace_id, name.function_id);
  }
};

// One immutable revision of a function; revisions count from 1.
struct FunctionKey {
  FunctionName name;
  int32_t revision = 0;

  friend auto operator<=>(const FunctionKey&, const FunctionKey&) = default;
  template <typename H>
  friend H AbslHashValue(H hash, const FunctionKey& key) {
    return H::combine(std::move(hash), key.name, key.revision);
  }
};

// Whether `id` may name a namespace or a function: [A-Za-z0-9][A-Za-z0-9._-]{0,127}.
bool IsValidId(std::string_view id);

// "namespaces/{n}/functions/{id}", or a bare id, which means the namespace "default".
// Errors: INVALID_ARGUMENT NAME_INVALID.
absl::StatusOr<FunctionName> ParseFunctionName(std::string_view name);

// The namespace of a parent, "namespaces/{n}"; empty means "default". Errors: INVALID_ARGUMENT NAME_INVALID.
absl::StatusOr<std::string> ParseParent(std::string_view parent);

}  // namespace mayfly

#endif  // MAYFLY_BASE_FUNCTION_NAME_H_
