// Revisions that a data plane does not hold, from the control plane in the same process.
#ifndef MAYFLY_MAYFLY_BACKEND_FUNCTION_SOURCE_H_
#define MAYFLY_MAYFLY_BACKEND_FUNCTION_SOURCE_H_

#include "dataplane/function_source.h"
#include "gateway/backend.h"

namespace mayfly {

class BackendFunctionSource final : public dataplane::FunctionSource {
 public:
  // `backend` outlives it.
  explicit BackendFunctionSource(gateway::Backend& backend) : backend_(backend) {}

  void Get(const FunctionName& name, int32_t revision, absl::Time deadline, Done done) override;

 private:
  gateway::Backend& backend_;
};

}  // namespace mayfly

#endif  // MAYFLY_MAYFLY_BACKEND_FUNCTION_SOURCE_H_
