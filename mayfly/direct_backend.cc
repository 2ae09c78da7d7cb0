#include "mayfly/direct_backend.h"

#include <google/protobuf/descriptor.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/reason.h"

namespace mayfly {
namespace {

absl::Status Unimplemented(const google::protobuf::MethodDescriptor& method) {
  return MakeError(absl::StatusCode::kUnimplemented, reason::kInternal,
                   absl::StrCat("this process does not serve ", method.full_name()));
}

}  // namespace

void DirectBackend::CallUnary(const google::protobuf::MethodDescriptor& method, std::shared_ptr<ServerCall> call,
                              google::protobuf::Message& request, google::protobuf::Message& response, Done done) {
  const Method* found = methods_.Find(method.full_name());
  if (found == nullptr || !found->unary) return std::move(done)(Unimplemented(method));
  found->unary(std::move(call), request, response, std::move(done));
}

void DirectBackend::CallServerStream(const google::protobuf::MethodDescriptor& method, std::shared_ptr<ServerCall> call,
                                     const google::protobuf::Message& request, std::shared_ptr<ServerStream> stream) {
  const Method* found = methods_.Find(method.full_name());
  if (found == nullptr || !found->stream) return stream->Finish(Unimplemented(method));
  found->stream(std::move(call), request, std::move(stream));
}

}  // namespace mayfly
