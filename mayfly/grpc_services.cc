// The one file that uses what gRPC keeps for its generated services, so that a new RPC is served by being in the
// contract and in the method table.
#include "mayfly/grpc_services.h"

#include <google/protobuf/descriptor.h>
#include <grpcpp/impl/rpc_service_method.h>
#include <grpcpp/support/byte_buffer.h>

#include <deque>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "mayfly/grpc_stream.h"
#include "mayfly/grpc_unary.h"

namespace mayfly {
namespace {

using RpcType = grpc::internal::RpcMethod::RpcType;

// One service, for those of its methods that the table has. Messages come and go as bytes, so that a request that can't
// be parsed gets an answer of ours.
class TableService final : public GrpcService {
 public:
  TableService(const google::protobuf::ServiceDescriptor& service, const MethodTable& methods,
               const Authenticator& authenticator) {
    for (int i = 0; i < service.method_count(); ++i) {
      const Method* method = methods.Find(service.method(i)->full_name());
      if (method == nullptr) continue;
      const std::string path = absl::StrCat("/", service.full_name(), "/", service.method(i)->name());
      if (method->unary) {
        AddUnary(path, *method, authenticator);
      } else {
        AddStream(path, *method, authenticator);
      }
    }
  }

  bool empty() const { return paths_.empty(); }

  void Serve(GrpcPoller& poller) override {
    for (const GrpcUnaryMethod& method : unary_) ServeUnary(method, poller);
    for (const GrpcStreamMethod& method : streams_) ServeStream(method, poller);
  }

 private:
  void AddUnary(const std::string& path, const Method& method, const Authenticator& authenticator) {
    const int index = Add(path, RpcType::NORMAL_RPC);
    unary_.push_back({
        .method = method,
        .authenticator = authenticator,
        .accept = [this, index](auto* context, auto* request, auto* writer, auto* queue,
                                void* tag) { RequestAsyncUnary(index, context, request, writer, queue, queue, tag); },
    });
  }

  void AddStream(const std::string& path, const Method& method, const Authenticator& authenticator) {
    const int index = Add(path, RpcType::SERVER_STREAMING);
    streams_.push_back({
        .method = method,
        .authenticator = authenticator,
        .accept = [this, index](
                      auto* context, auto* request, auto* writer, auto* queue,
                      void* tag) { RequestAsyncServerStreaming(index, context, request, writer, queue, queue, tag); },
    });
  }

  // The method's index, by which gRPC knows it.
  int Add(const std::string& path, RpcType type) {
    paths_.push_back(path);
    const int index = static_cast<int>(paths_.size()) - 1;
    AddMethod(new grpc::internal::RpcServiceMethod(paths_.back().c_str(), type, nullptr));
    MarkMethodRaw(index);
    return index;
  }

  // Calls and gRPC keep pointers into them.
  std::deque<std::string> paths_;
  std::deque<GrpcUnaryMethod> unary_;
  std::deque<GrpcStreamMethod> streams_;
};

}  // namespace

std::unique_ptr<GrpcService> MakeGrpcService(const google::protobuf::ServiceDescriptor& service,
                                             const MethodTable& methods, const Authenticator& authenticator) {
  auto made = std::make_unique<TableService>(service, methods, authenticator);
  if (made->empty()) return nullptr;
  return made;
}

}  // namespace mayfly
