// grpc.health.v1, the standard health service, over the method table: gRPC's own would bring the threads of its
// callback API along, which take turns with the door's in reading the connections.
#ifndef MAYFLY_MAYFLY_GRPC_HEALTH_H_
#define MAYFLY_MAYFLY_GRPC_HEALTH_H_

#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "base/call.h"
#include "base/method_table.h"

namespace mayfly {

// Knows one service, "", which stands for the whole server. Thread-safe. Outlives the calls of its methods.
class GrpcHealth {
 public:
  static constexpr char kService[] = "grpc.health.v1.Health";

  // Check and Watch.
  GrpcHealth();

  GrpcHealth(const GrpcHealth&) = delete;
  GrpcHealth& operator=(const GrpcHealth&) = delete;

  const MethodTable& methods() const { return methods_; }

  // From now on NOT_SERVING, which those who watch are told.
  void StartDraining();

 private:
  void Watch(ServerCall& call, std::shared_ptr<ServerStream> stream);
  void Forget(const std::shared_ptr<ServerStream>& stream);

  MethodTable methods_;
  absl::Mutex mutex_;
  bool is_draining_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::shared_ptr<ServerStream>> watches_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace mayfly

#endif  // MAYFLY_MAYFLY_GRPC_HEALTH_H_
