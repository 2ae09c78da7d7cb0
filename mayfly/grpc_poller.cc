#include "mayfly/grpc_poller.h"

#include "mayfly/grpc_event.h"

namespace mayfly {

void GrpcPoller::Start() {
  // A call may begin operations until it is over, so the queue lives as long.
  thread_ = std::thread([this] {
    while (calls_ > 0 && RunNext()) {
    }
  });
}

void GrpcPoller::Stop() {
  if (std::exchange(is_stopped_, true)) return;
  if (thread_.joinable()) thread_.join();
  queue_->Shutdown();
  while (RunNext()) {  // gRPC wants it empty
  }
}

// Waits for an event and runs it; false when there will be none any more.
bool GrpcPoller::RunNext() {
  void* tag = nullptr;
  bool ok = false;
  if (!queue_->Next(&tag, &ok)) return false;
  static_cast<GrpcEvent*>(tag)->OnEvent(ok);
  return true;
}

}  // namespace mayfly
