// Where a client's calls go: over gRPC to a server, or straight into planes in the same process. The client, and the
// command line built on it, are the same either way.
#ifndef MAYFLY_CLIENTS_CPP_BACKEND_H_
#define MAYFLY_CLIENTS_CPP_BACKEND_H_

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace google::protobuf {
class Message;
class MethodDescriptor;
}  // namespace google::protobuf

namespace mayfly::client {

// Thread-safe.
class Backend {
 public:
  virtual ~Backend() = default;

  // Makes a unary call and waits for it. Request and response are of the method's generated types. The error has its
  // details (base/error.h); UNAVAILABLE PEER_UNREACHABLE, naming the address, when there is no server.
  virtual absl::Status Call(const google::protobuf::MethodDescriptor& method, const google::protobuf::Message& request,
                            google::protobuf::Message& response, absl::Time deadline) = 0;
};

}  // namespace mayfly::client

#endif  // MAYFLY_CLIENTS_CPP_BACKEND_H_
