// The one file that uses what gRPC keeps for its generated services, so that a new RPC is served by being in the
// contract and in the method table.
#include "mayfly/grpc_services.h"

#include <google/protobuf/descriptor.h>
#include <grpcpp/impl/codegen/server_callback_handlers.h>
#include <grpcpp/impl/rpc_service_method.h>
#include <grpcpp/impl/service_type.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <deque>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "mayfly/contract.h"
#include "mayfly/grpc_stream.h"
#include "mayfly/grpc_unary.h"

namespace mayfly {
namespace {

using Bytes = grpc::ByteBuffer;
using Context = grpc::CallbackServerContext;
using RpcType = grpc::internal::RpcMethod::RpcType;

// One service, for those of its methods that the table has. Messages come and go as bytes, so that a request that can't
// be parsed gets an answer of ours.
class TableService final : public grpc::Service {
 public:
  TableService(const google::protobuf::ServiceDescriptor& service, const MethodTable& methods,
               const Authenticator& authenticator)
      : authenticator_(authenticator) {
    for (int i = 0; i < service.method_count(); ++i) {
      const Method* method = methods.Find(service.method(i)->full_name());
      if (method == nullptr) continue;
      paths_.push_back(absl::StrCat("/", service.full_name(), "/", service.method(i)->name()));
      if (method->unary) {
        Add(RpcType::NORMAL_RPC, MakeUnary(*method));
      } else {
        Add(RpcType::SERVER_STREAMING, MakeStream(*method));
      }
    }
  }

  bool empty() const { return paths_.empty(); }

 private:
  // gRPC owns the handler.
  void Add(RpcType type, grpc::internal::MethodHandler* handler) {
    const int index = static_cast<int>(paths_.size()) - 1;
    AddMethod(new grpc::internal::RpcServiceMethod(paths_.back().c_str(), type, nullptr));
    MarkMethodRawCallback(index, handler);
  }

  grpc::internal::MethodHandler* MakeUnary(const Method& method) const {
    return new grpc::internal::CallbackUnaryHandler<Bytes, Bytes>(
        [this, &method](Context* context, const Bytes* request, Bytes* response) {
          return ServeUnary(method, authenticator_, *context, *request, *response);
        });
  }

  grpc::internal::MethodHandler* MakeStream(const Method& method) const {
    return new grpc::internal::CallbackServerStreamingHandler<Bytes, Bytes>(
        [this, &method](Context* context, const Bytes* request) {
          return ServeStream(method, authenticator_, *context, *request);
        });
  }

  const Authenticator& authenticator_;
  std::deque<std::string> paths_;  // gRPC keeps pointers to them
};

}  // namespace

std::vector<std::unique_ptr<grpc::Service>> MakeGrpcServices(const MethodTable& methods,
                                                             const Authenticator& authenticator) {
  std::vector<std::unique_ptr<grpc::Service>> services;
  for (const char* name : {kFunctionService, kInvocationService}) {
    auto service = std::make_unique<TableService>(FindService(name), methods, authenticator);
    if (!service->empty()) services.push_back(std::move(service));
  }
  return services;
}

}  // namespace mayfly
