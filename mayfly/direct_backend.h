// The gateway's calls, straight into the services of this process.
#ifndef MAYFLY_MAYFLY_DIRECT_BACKEND_H_
#define MAYFLY_MAYFLY_DIRECT_BACKEND_H_

#include <memory>

#include "base/method_table.h"
#include "gateway/backend.h"

namespace mayfly {

class DirectBackend final : public gateway::Backend {
 public:
  // `methods` outlives it and is filled before the first call. A method it lacks is UNIMPLEMENTED.
  explicit DirectBackend(const MethodTable& methods) : methods_(methods) {}

  void CallUnary(const google::protobuf::MethodDescriptor& method, std::shared_ptr<ServerCall> call,
                 google::protobuf::Message& request, google::protobuf::Message& response, Done done) override;
  void CallServerStream(const google::protobuf::MethodDescriptor& method, std::shared_ptr<ServerCall> call,
                        const google::protobuf::Message& request, std::shared_ptr<ServerStream> stream) override;

 private:
  const MethodTable& methods_;
};

}  // namespace mayfly

#endif  // MAYFLY_MAYFLY_DIRECT_BACKEND_H_
