// The control plane's question to a data plane, as a call of a backend: in this process or over gRPC.
#ifndef MAYFLY_MAYFLY_BACKEND_FUNCTION_CHECKER_H_
#define MAYFLY_MAYFLY_BACKEND_FUNCTION_CHECKER_H_

#include "base/call.h"
#include "controlplane/function_checker.h"
#include "gateway/backend.h"

namespace mayfly {

class BackendFunctionChecker final : public controlplane::FunctionChecker {
 public:
  // `backend` outlives it. `metadata` goes with each call (an authorization).
  BackendFunctionChecker(gateway::Backend& backend, Metadata metadata);

  void Check(const v1::Manifest& manifest, absl::Time deadline,
             absl::AnyInvocable<void(absl::Status) &&> done) override;

 private:
  gateway::Backend& backend_;
  const Metadata metadata_;
};

}  // namespace mayfly

#endif  // MAYFLY_MAYFLY_BACKEND_FUNCTION_CHECKER_H_
