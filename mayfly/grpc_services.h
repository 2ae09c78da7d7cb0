// Services as gRPC knows them, each RPC handed to the method table.
#ifndef MAYFLY_MAYFLY_GRPC_SERVICES_H_
#define MAYFLY_MAYFLY_GRPC_SERVICES_H_

#include <grpcpp/impl/service_type.h>

#include <memory>

#include "base/authenticator.h"
#include "base/method_table.h"
#include "mayfly/grpc_poller.h"

namespace google::protobuf {
class ServiceDescriptor;
}

namespace mayfly {

// To be registered with a server, and to outlive it.
class GrpcService : public grpc::Service {
 public:
  // Serves the calls that begin on `poller`, once the server has started.
  virtual void Serve(GrpcPoller& poller) = 0;
};

// `service`, for those of its methods that `methods` has; null if it has none (a role may have one service alone).
// `methods` and `authenticator` outlive it.
std::unique_ptr<GrpcService> MakeGrpcService(const google::protobuf::ServiceDescriptor& service,
                                             const MethodTable& methods, const Authenticator& authenticator);

}  // namespace mayfly

#endif  // MAYFLY_MAYFLY_GRPC_SERVICES_H_
