// The one file that uses gRPC's interceptors, which it calls experimental.
#include "mayfly/reflection_guard.h"

#include <google/protobuf/message.h>
#include <grpcpp/server_builder.h>
#include <grpcpp/support/server_interceptor.h>

#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace mayfly {
namespace {

using grpc::experimental::InterceptionHookPoints;

class Guard final : public grpc::experimental::Interceptor {
 public:
  explicit Guard(const Authenticator& authenticator) : authenticator_(authenticator) {}

  void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::POST_RECV_INITIAL_METADATA)) {
      is_allowed_ = authenticator_.Allows(Authorization(*methods->GetRecvInitialMetadata()));
    }
    if (!is_allowed_ && methods->QueryInterceptionHookPoint(InterceptionHookPoints::POST_RECV_MESSAGE)) {
      // What asks for nothing is told nothing.
      if (void* request = methods->GetRecvMessage()) static_cast<google::protobuf::Message*>(request)->Clear();
    }
    if (!is_allowed_ && methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_STATUS)) {
      methods->ModifySendStatus({grpc::StatusCode::UNAUTHENTICATED, "reflection asks for a bearer token"});
    }
    methods->Proceed();
  }

 private:
  using ReceivedMetadata = std::multimap<grpc::string_ref, grpc::string_ref>;

  static std::optional<std::string_view> Authorization(const ReceivedMetadata& metadata) {
    const auto found = metadata.find("authorization");
    if (found == metadata.end()) return std::nullopt;
    return std::string_view(found->second.data(), found->second.size());
  }

  const Authenticator& authenticator_;
  bool is_allowed_ = false;
};

class GuardFactory final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  explicit GuardFactory(const Authenticator& authenticator) : authenticator_(authenticator) {}

  grpc::experimental::Interceptor* CreateServerInterceptor(grpc::experimental::ServerRpcInfo* call) override {
    const bool is_reflection = std::string_view(call->method()).starts_with("/grpc.reflection.");
    return is_reflection ? new Guard(authenticator_) : nullptr;
  }

 private:
  const Authenticator& authenticator_;
};

}  // namespace

void GuardReflection(grpc::ServerBuilder& builder, const Authenticator& authenticator) {
  std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> factories;
  factories.push_back(std::make_unique<GuardFactory>(authenticator));
  builder.experimental().SetInterceptorCreators(std::move(factories));
}

}  // namespace mayfly
