// A backend whose answers a test gives.
#ifndef MAYFLY_GATEWAY_TESTING_FAKE_BACKEND_H_
#define MAYFLY_GATEWAY_TESTING_FAKE_BACKEND_H_

#include <functional>
#include <memory>
#include <utility>

#include "gateway/backend.h"

namespace mayfly::gateway::testing {

// Set the functions before the first call.
class FakeBackend final : public Backend {
 public:
  std::function<absl::Status(ServerCall&, google::protobuf::Message& request, google::protobuf::Message& response)>
      unary;
  std::function<void(std::shared_ptr<ServerCall>, std::shared_ptr<ServerStream>)> stream;

  void CallUnary(const google::protobuf::MethodDescriptor&, std::shared_ptr<ServerCall> call,
                 google::protobuf::Message& request, google::protobuf::Message& response, Done done) override {
    std::move(done)(unary(*call, request, response));
  }

  void CallServerStream(const google::protobuf::MethodDescriptor&, std::shared_ptr<ServerCall> call,
                        const google::protobuf::Message&, std::shared_ptr<ServerStream> to) override {
    stream(std::move(call), std::move(to));
  }
};

}  // namespace mayfly::gateway::testing

#endif  // MAYFLY_GATEWAY_TESTING_FAKE_BACKEND_H_
