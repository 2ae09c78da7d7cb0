// Where a data plane gets a revision that it does not hold.
#ifndef MAYFLY_DATAPLANE_FUNCTION_SOURCE_H_
#define MAYFLY_DATAPLANE_FUNCTION_SOURCE_H_

#include <cstdint>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/function_name.h"

namespace mayfly::v1 {
class Function;
}

namespace mayfly::dataplane {

// A port: in one process a direct call of the control plane, between processes GetFunction over gRPC. Thread-safe.
class FunctionSource {
 public:
  virtual ~FunctionSource() = default;

  using Done = absl::AnyInvocable<void(absl::StatusOr<v1::Function>) &&>;

  // Gets one revision of a function in its FULL view. `done` is called exactly once, on any thread, possibly before
  // this returns. Errors: NOT_FOUND FUNCTION_NOT_FOUND; UNAVAILABLE PEER_UNREACHABLE; DEADLINE_EXCEEDED.
  virtual void Get(const FunctionName& name, int32_t revision, absl::Time deadline, Done done) = 0;
};

}  // namespace mayfly::dataplane

#endif  // MAYFLY_DATAPLANE_FUNCTION_SOURCE_H_
