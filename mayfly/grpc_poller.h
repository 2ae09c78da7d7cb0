// A thread that gRPC works on.
#ifndef MAYFLY_MAYFLY_GRPC_POLLER_H_
#define MAYFLY_MAYFLY_GRPC_POLLER_H_

#include <grpcpp/completion_queue.h>

#include <memory>
#include <thread>
#include <utility>

namespace mayfly {

// A completion queue and the one thread that waits on it, which so reads the connections, and runs the events
// (mayfly/grpc_event.h) of the calls that begin here: one after the other.
class GrpcPoller {
 public:
  explicit GrpcPoller(std::unique_ptr<grpc::ServerCompletionQueue> queue) : queue_(std::move(queue)) {}
  ~GrpcPoller() { Stop(); }

  GrpcPoller(const GrpcPoller&) = delete;
  GrpcPoller& operator=(const GrpcPoller&) = delete;

  grpc::ServerCompletionQueue& queue() { return *queue_; }

  // Count the calls that use the queue, begun or waited for. On the thread, or before it is there.
  void AddCall() { ++calls_; }
  void RemoveCall() { --calls_; }

  // Begins to run events. Called once, after the server was started and the first calls are waited for.
  void Start();

  // Waits until the last call is over, for which the server must have been shut down, and ends the thread. May be
  // called again. Not from the thread.
  void Stop();

 private:
  bool RunNext();

  const std::unique_ptr<grpc::ServerCompletionQueue> queue_;
  int calls_ = 0;
  std::thread thread_;
  bool is_stopped_ = false;
};

}  // namespace mayfly

#endif  // MAYFLY_MAYFLY_GRPC_POLLER_H_
