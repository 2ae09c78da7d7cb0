#include "mayfly/backend_function_source.h"

#include <memory>
#include <utility>

#include "mayfly/contract.h"
#include "mayfly/v1/function_service.pb.h"

namespace mayfly {
namespace {

struct Exchange {
  v1::GetFunctionRequest request;
  v1::Function function;
};

}  // namespace

void BackendFunctionSource::Get(const FunctionName& name, int32_t revision, absl::Time deadline, Done done) {
  const auto& method = FindMethod(kFunctionService, "GetFunction");
  auto exchange = std::make_shared<Exchange>();
  exchange->request.set_name(name.ToString());
  exchange->request.set_revision(revision);
  exchange->request.set_view(v1::FULL);
  Exchange& messages = *exchange;
  backend_.CallUnary(method, std::make_shared<ServerCall>(deadline, Metadata{}), messages.request, messages.function,
                     [exchange = std::move(exchange), done = std::move(done)](absl::Status status) mutable {
                       if (!status.ok()) return std::move(done)(std::move(status));
                       std::move(done)(std::move(exchange->function));
                     });
}

}  // namespace mayfly
