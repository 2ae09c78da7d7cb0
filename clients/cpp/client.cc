#include "clients/cpp/client.h"

#include <google/protobuf/empty.pb.h>

#include <utility>

#include "absl/log/check.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/error.h"
#include "google/rpc/status.pb.h"
#include "mayfly/v1/function_service.pb.h"
#include "mayfly/v1/invocation_service.pb.h"

namespace mayfly::client {
namespace {

constexpr char kFunctionService[] = "mayfly.v1.FunctionService";
constexpr char kInvocationService[] = "mayfly.v1.InvocationService";

template <typename Detail>
std::optional<Detail> FindDetail(const absl::Status& status) {
  const google::rpc::Status rpc_status = ToRpcStatus(status);
  Detail found;
  for (const auto& detail : rpc_status.details()) {
    if (detail.UnpackTo(&found)) return found;
  }
  return std::nullopt;
}

}  // namespace

Client::Client(std::unique_ptr<Backend> backend, ClientOptions options)
    : backend_(std::move(backend)), options_(std::move(options)) {}

absl::StatusOr<v1::Function> Client::Deploy(const v1::Manifest& manifest) const {
  v1::DeployFunctionRequest request;
  request.set_parent(Parent());
  *request.mutable_manifest() = manifest;
  v1::Function function;
  if (absl::Status status = Call(kFunctionService, "DeployFunction", request, function); !status.ok()) return status;
  return function;
}

absl::StatusOr<v1::Function> Client::Create(const v1::Manifest& manifest) const {
  v1::CreateFunctionRequest request;
  request.set_parent(Parent());
  *request.mutable_manifest() = manifest;
  v1::Function function;
  if (absl::Status status = Call(kFunctionService, "CreateFunction", request, function); !status.ok()) return status;
  return function;
}

absl::StatusOr<v1::Function> Client::Get(std::string_view id, const GetOptions& options) const {
  v1::GetFunctionRequest request;
  request.set_name(FullName(id));
  request.set_revision(options.revision);
  request.set_view(options.view);
  v1::Function function;
  if (absl::Status status = Call(kFunctionService, "GetFunction", request, function); !status.ok()) return status;
  return function;
}

absl::StatusOr<std::vector<v1::Function>> Client::List() const {
  std::vector<v1::Function> functions;
  v1::ListFunctionsRequest request;
  request.set_parent(Parent());
  do {
    v1::ListFunctionsResponse page;
    if (absl::Status status = Call(kFunctionService, "ListFunctions", request, page); !status.ok()) return status;
    for (v1::Function& function : *page.mutable_functions()) functions.push_back(std::move(function));
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return functions;
}

absl::StatusOr<v1::Function> Client::Update(std::string_view id, const v1::Manifest& manifest,
                                            const UpdateOptions& options) const {
  v1::UpdateFunctionRequest request;
  request.set_name(FullName(id));
  *request.mutable_manifest() = manifest;
  for (const std::string& field : options.fields) request.mutable_update_mask()->add_paths(field);
  request.set_etag(options.etag);
  request.set_allow_missing(options.allow_missing);
  v1::Function function;
  if (absl::Status status = Call(kFunctionService, "UpdateFunction", request, function); !status.ok()) return status;
  return function;
}

absl::Status Client::Delete(std::string_view id, const DeleteOptions& options) const {
  v1::DeleteFunctionRequest request;
  request.set_name(FullName(id));
  request.set_etag(options.etag);
  request.set_allow_missing(options.allow_missing);
  google::protobuf::Empty nothing;
  return Call(kFunctionService, "DeleteFunction", request, nothing);
}

absl::StatusOr<std::vector<v1::Function>> Client::ListRevisions(std::string_view id) const {
  std::vector<v1::Function> revisions;
  v1::ListFunctionRevisionsRequest request;
  request.set_name(FullName(id));
  do {
    v1::ListFunctionRevisionsResponse page;
    absl::Status status = Call(kFunctionService, "ListFunctionRevisions", request, page);
    if (!status.ok()) return status;
    for (v1::Function& revision : *page.mutable_revisions()) revisions.push_back(std::move(revision));
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return revisions;
}

absl::StatusOr<Reply> Client::Invoke(std::string_view id, std::string_view event, int32_t revision) const {
  v1::InvokeRequest request;
  request.set_name(FullName(id));
  request.set_revision(revision);
  request.set_event(std::string(event));
  v1::InvokeResponse response;
  if (absl::Status status = Call(kInvocationService, "Invoke", request, response); !status.ok()) return status;
  return Reply{.result = std::move(*response.mutable_result()), .receipt = std::move(*response.mutable_receipt())};
}

absl::StatusOr<Reply> Client::Run(const v1::Manifest& manifest, std::string_view event) const {
  v1::RunRequest request;
  request.set_language_id(manifest.language_id());
  request.set_function_name(manifest.function_name());
  request.set_js_eval_as_module(manifest.js_eval_as_module());
  request.set_source(manifest.source());
  *request.mutable_dependencies() = manifest.dependencies();
  request.set_timeout_millis(manifest.timeout_millis());
  request.set_memory_limit_mib(manifest.memory_limit_mib());
  *request.mutable_warmup_events() = manifest.warmup_events();
  request.set_python_interpreter(manifest.python_interpreter());
  request.set_event(std::string(event));
  v1::RunResponse response;
  if (absl::Status status = Call(kInvocationService, "Run", request, response); !status.ok()) return status;
  return Reply{.result = std::move(*response.mutable_result()), .receipt = std::move(*response.mutable_receipt())};
}

absl::Status Client::Call(std::string_view service, std::string_view method, const google::protobuf::Message& request,
                          google::protobuf::Message& response) const {
  const auto* found =
      google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(absl::StrCat(service, ".", method));
  CHECK(found != nullptr) << service << "." << method;
  return backend_->Call(*found, request, response, absl::Now() + options_.timeout);
}

std::string Client::Parent() const { return absl::StrCat("namespaces/", options_.namespace_id); }

std::string Client::FullName(std::string_view id) const {
  if (absl::StrContains(id, '/')) return std::string(id);
  return absl::StrCat(Parent(), "/functions/", id);
}

std::optional<v1::Receipt> FindReceipt(const absl::Status& status) { return FindDetail<v1::Receipt>(status); }

std::optional<v1::FunctionError> FindFunctionError(const absl::Status& status) {
  return FindDetail<v1::FunctionError>(status);
}

}  // namespace mayfly::client
