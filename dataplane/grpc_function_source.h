// A control plane in another process, asked for one revision.
#ifndef MAYFLY_DATAPLANE_GRPC_FUNCTION_SOURCE_H_
#define MAYFLY_DATAPLANE_GRPC_FUNCTION_SOURCE_H_

#include <memory>

#include "base/call.h"
#include "dataplane/function_source.h"

namespace grpc {
class ChannelInterface;
}

namespace mayfly::dataplane {

class GrpcFunctionSource final : public FunctionSource {
 public:
  // `metadata` goes with each request (an authorization). The channel must take messages of kBodyBytesMax.
  GrpcFunctionSource(std::shared_ptr<grpc::ChannelInterface> channel, Metadata metadata);

  // `done` runs on one of gRPC's threads.
  void Get(const FunctionName& name, int32_t revision, absl::Time deadline, Done done) override;

 private:
  const std::shared_ptr<grpc::ChannelInterface> channel_;
  const Metadata metadata_;
};

}  // namespace mayfly::dataplane

#endif  // MAYFLY_DATAPLANE_GRPC_FUNCTION_SOURCE_H_
