#include "mayfly/grpc_services.h"

#include <string_view>

#include "absl/log/check.h"
#include "absl/strings/str_cat.h"
#include "mayfly/grpc_stream.h"
#include "mayfly/grpc_unary.h"
#include "mayfly/v1/function_service.grpc.pb.h"
#include "mayfly/v1/invocation_service.grpc.pb.h"

namespace mayfly {
namespace {

using Context = grpc::CallbackServerContext;
using UnaryReactor = grpc::ServerUnaryReactor;

// Where the RPCs of one service go.
class Dispatch {
 public:
  Dispatch(std::string_view service, const MethodTable& methods, const Authenticator& authenticator)
      : service_(service), methods_(methods), authenticator_(authenticator) {}

  // gRPC shows requests as const, but they are its own and only this call's: a handler may move from them.
  template <typename Request, typename Response>
  UnaryReactor* Unary(std::string_view method, Context* context, const Request* request, Response* response) const {
    return ServeUnary(Find(method), authenticator_, *context, const_cast<Request&>(*request), *response);
  }

  template <typename Response, typename Request>
  grpc::ServerWriteReactor<Response>* Stream(std::string_view method, Context* context, const Request* request) const {
    return StreamReactor<Response>::Serve(Find(method), authenticator_, *context, *request);
  }

 private:
  const Method& Find(std::string_view method) const {
    const Method* found = methods_.Find(absl::StrCat(service_, ".", method));
    CHECK(found != nullptr) << service_ << "." << method;
    return *found;
  }

  const std::string_view service_;
  const MethodTable& methods_;
  const Authenticator& authenticator_;
};

class GrpcFunctionService final : public v1::FunctionService::CallbackService {
 public:
  explicit GrpcFunctionService(Dispatch dispatch) : dispatch_(dispatch) {}

  UnaryReactor* DeployFunction(Context* context, const v1::DeployFunctionRequest* request,
                               v1::Function* response) override {
    return dispatch_.Unary("DeployFunction", context, request, response);
  }
  UnaryReactor* CreateFunction(Context* context, const v1::CreateFunctionRequest* request,
                               v1::Function* response) override {
    return dispatch_.Unary("CreateFunction", context, request, response);
  }
  UnaryReactor* GetFunction(Context* context, const v1::GetFunctionRequest* request, v1::Function* response) override {
    return dispatch_.Unary("GetFunction", context, request, response);
  }
  UnaryReactor* ListFunctions(Context* context, const v1::ListFunctionsRequest* request,
                              v1::ListFunctionsResponse* response) override {
    return dispatch_.Unary("ListFunctions", context, request, response);
  }
  UnaryReactor* UpdateFunction(Context* context, const v1::UpdateFunctionRequest* request,
                               v1::Function* response) override {
    return dispatch_.Unary("UpdateFunction", context, request, response);
  }
  UnaryReactor* DeleteFunction(Context* context, const v1::DeleteFunctionRequest* request,
                               google::protobuf::Empty* response) override {
    return dispatch_.Unary("DeleteFunction", context, request, response);
  }
  UnaryReactor* ListFunctionRevisions(Context* context, const v1::ListFunctionRevisionsRequest* request,
                                      v1::ListFunctionRevisionsResponse* response) override {
    return dispatch_.Unary("ListFunctionRevisions", context, request, response);
  }
  grpc::ServerWriteReactor<v1::WatchFunctionsResponse>* WatchFunctions(
      Context* context, const v1::WatchFunctionsRequest* request) override {
    return dispatch_.Stream<v1::WatchFunctionsResponse>("WatchFunctions", context, request);
  }

 private:
  const Dispatch dispatch_;
};

class GrpcInvocationService final : public v1::InvocationService::CallbackService {
 public:
  explicit GrpcInvocationService(Dispatch dispatch) : dispatch_(dispatch) {}

  UnaryReactor* Invoke(Context* context, const v1::InvokeRequest* request, v1::InvokeResponse* response) override {
    return dispatch_.Unary("Invoke", context, request, response);
  }
  UnaryReactor* Run(Context* context, const v1::RunRequest* request, v1::RunResponse* response) override {
    return dispatch_.Unary("Run", context, request, response);
  }
  UnaryReactor* CheckFunction(Context* context, const v1::CheckFunctionRequest* request,
                              v1::CheckFunctionResponse* response) override {
    return dispatch_.Unary("CheckFunction", context, request, response);
  }

 private:
  const Dispatch dispatch_;
};

}  // namespace

std::vector<std::unique_ptr<grpc::Service>> MakeGrpcServices(const MethodTable& methods,
                                                             const Authenticator& authenticator) {
  const char* const functions = v1::FunctionService::service_full_name();
  const char* const invocations = v1::InvocationService::service_full_name();
  std::vector<std::unique_ptr<grpc::Service>> services;
  if (methods.Find(absl::StrCat(functions, ".GetFunction")) != nullptr) {
    services.push_back(std::make_unique<GrpcFunctionService>(Dispatch(functions, methods, authenticator)));
  }
  if (methods.Find(absl::StrCat(invocations, ".Invoke")) != nullptr) {
    services.push_back(std::make_unique<GrpcInvocationService>(Dispatch(invocations, methods, authenticator)));
  }
  return services;
}

}  // namespace mayfly
