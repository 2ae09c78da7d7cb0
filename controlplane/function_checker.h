// The control plane's question to a data plane: does this manifest load?
#ifndef MAYFLY_CONTROLPLANE_FUNCTION_CHECKER_H_
#define MAYFLY_CONTROLPLANE_FUNCTION_CHECKER_H_

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/time/time.h"

namespace mayfly::v1 {
class Manifest;
}

namespace mayfly::controlplane {

// A port: in one process a direct call of the data plane, between processes CheckFunction over gRPC. Thread-safe.
class FunctionChecker {
 public:
  virtual ~FunctionChecker() = default;

  // Loads the manifest (valid, defaults filled in) in a worker and forgets it. `done` is called exactly once, on any
  // thread, with the errors of InvocationService.CheckFunction, or UNAVAILABLE PEER_UNREACHABLE. `manifest` need not
  // outlive the call.
  virtual void Check(const v1::Manifest& manifest, absl::Time deadline,
                     absl::AnyInvocable<void(absl::Status) &&> done) = 0;
};

}  // namespace mayfly::controlplane

#endif  // MAYFLY_CONTROLPLANE_FUNCTION_CHECKER_H_
