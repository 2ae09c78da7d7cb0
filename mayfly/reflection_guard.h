// Keeps gRPC's reflection service, which asks for no token itself, from callers without one.
#ifndef MAYFLY_MAYFLY_REFLECTION_GUARD_H_
#define MAYFLY_MAYFLY_REFLECTION_GUARD_H_

#include "base/authenticator.h"

namespace grpc {
class ServerBuilder;
}

namespace mayfly {

// A reflection call without a token learns nothing and ends with UNAUTHENTICATED. `authenticator` outlives the server.
void GuardReflection(grpc::ServerBuilder& builder, const Authenticator& authenticator);

}  // namespace mayfly

#endif  // MAYFLY_MAYFLY_REFLECTION_GUARD_H_
