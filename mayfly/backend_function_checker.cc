#include "mayfly/backend_function_checker.h"

#include <memory>
#include <utility>

#include "mayfly/contract.h"
#include "mayfly/v1/invocation_service.pb.h"

namespace mayfly {
namespace {

struct Exchange {
  v1::CheckFunctionRequest request;
  v1::CheckFunctionResponse response;
};

}  // namespace

BackendFunctionChecker::BackendFunctionChecker(gateway::Backend& backend, Metadata metadata)
    : backend_(backend), metadata_(std::move(metadata)) {}

void BackendFunctionChecker::Check(const v1::Manifest& manifest, absl::Time deadline,
                                   absl::AnyInvocable<void(absl::Status) &&> done) {
  const auto& method = FindMethod(kInvocationService, "CheckFunction");
  auto exchange = std::make_shared<Exchange>();
  *exchange->request.mutable_manifest() = manifest;
  Exchange& messages = *exchange;
  backend_.CallUnary(method, std::make_shared<ServerCall>(deadline, metadata_), messages.request, messages.response,
                     [exchange = std::move(exchange), done = std::move(done)](absl::Status status) mutable {
                       std::move(done)(std::move(status));
                     });
}

}  // namespace mayfly
