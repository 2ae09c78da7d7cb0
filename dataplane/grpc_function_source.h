// A control plane in another process, asked for one revision.
#ifndef MAYFLY_DATAPLANE_GRPC_FUNCTION_SOURCE_H_
#define MAYFLY_DATAPLANE_GRPC_FUNCTION_SOURCE_H_

#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "base/call.h"
#include "dataplane/function_source.h"

namespace grpc {
class ChannelInterface;
class Status;
}  // namespace grpc

namespace mayfly::dataplane {

class GrpcFunctionSource final : public FunctionSource {
 public:
  // `metadata` goes with each request (an authorization). The channel must take messages of kBodyBytesMax.
  GrpcFunctionSource(std::shared_ptr<grpc::ChannelInterface> channel, Metadata metadata);

  // Waits until no request is under way: the channel must not end on one of gRPC's own threads, and a request holds it.
  ~GrpcFunctionSource() override;

  // `done` runs on one of gRPC's threads.
  void Get(const FunctionName& name, int32_t revision, absl::Time deadline, Done done) override;

 private:
  struct Request;

  void OnAnswer(std::shared_ptr<Request> request, const grpc::Status& status);

  const std::shared_ptr<grpc::ChannelInterface> channel_;
  const Metadata metadata_;

  absl::Mutex mutex_;
  int requests_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace mayfly::dataplane

#endif  // MAYFLY_DATAPLANE_GRPC_FUNCTION_SOURCE_H_
