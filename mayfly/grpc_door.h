// The gRPC door: the services, standard health and reflection on one port.
#ifndef MAYFLY_MAYFLY_GRPC_DOOR_H_
#define MAYFLY_MAYFLY_GRPC_DOOR_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/authenticator.h"
#include "base/limits.h"
#include "base/method_table.h"

namespace grpc {
class Server;
}

namespace mayfly {

class GrpcHealth;
class GrpcPoller;
class GrpcService;

// Thread-safe. Calls begin on the door's thread, which hands them to a service; an answer is sent on the thread that
// gives it.
class GrpcDoor {
 public:
  struct Options {
    std::string address = "127.0.0.1";  // an IP address
    uint16_t port = 0;                  // 0: any free one
    size_t body_bytes_max = kBodyBytesMax;
  };

  // Listens and serves at once. `methods` and `authenticator` outlive it. Errors: UNAVAILABLE, naming address and port,
  // if it cannot listen there.
  static absl::StatusOr<std::unique_ptr<GrpcDoor>> Open(const Options& options, const MethodTable& methods,
                                                        const Authenticator& authenticator);

  // Cancels what is in flight and waits for it. Services must still answer.
  ~GrpcDoor();

  uint16_t port() const { return port_; }

  // Health answers NOT_SERVING; everything is served as before.
  void StartDraining();

  // Takes no more calls (UNAVAILABLE) and waits for those in flight; after `time_max` cancels them.
  void Close(absl::Duration time_max);

 private:
  GrpcDoor();
  std::vector<std::unique_ptr<GrpcService>> MakeServices(const MethodTable& methods,
                                                         const Authenticator& authenticator) const;

  // In this order: the server ends before its services do, and they before its queues.
  const std::unique_ptr<GrpcHealth> health_;
  std::unique_ptr<GrpcPoller> poller_;
  std::vector<std::unique_ptr<GrpcService>> services_;
  std::unique_ptr<grpc::Server> server_;
  uint16_t port_ = 0;
};

}  // namespace mayfly

#endif  // MAYFLY_MAYFLY_GRPC_DOOR_H_
