// The contract's services as gRPC knows them, each RPC handed to the method table.
#ifndef MAYFLY_MAYFLY_GRPC_SERVICES_H_
#define MAYFLY_MAYFLY_GRPC_SERVICES_H_

#include <memory>
#include <vector>

#include "base/authenticator.h"
#include "base/method_table.h"

namespace grpc {
class Service;
}

namespace mayfly {

// The services that `methods` has (a role may have one alone). `methods` and `authenticator` outlive them.
std::vector<std::unique_ptr<grpc::Service>> MakeGrpcServices(const MethodTable& methods,
                                                             const Authenticator& authenticator);

}  // namespace mayfly

#endif  // MAYFLY_MAYFLY_GRPC_SERVICES_H_
