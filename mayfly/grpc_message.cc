#include "mayfly/grpc_message.h"

#include <google/protobuf/message.h>
#include <grpcpp/impl/codegen/proto_utils.h>

#include "absl/log/check.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/reason.h"

namespace mayfly {
namespace {

using Traits = grpc::SerializationTraits<google::protobuf::Message>;

}  // namespace

absl::Status ParseMessage(const grpc::ByteBuffer& bytes, google::protobuf::Message& message) {
  grpc::ByteBuffer shared = bytes;  // counts a reference; parsing empties the buffer
  if (Traits::Deserialize(&shared, &message).ok()) return absl::OkStatus();
  return MakeError(absl::StatusCode::kInvalidArgument, reason::kRequestInvalid,
                   absl::StrCat("the request is no ", message.GetTypeName(), ", or its text is not UTF-8"));
}

grpc::ByteBuffer SerializeMessage(const google::protobuf::Message& message) {
  grpc::ByteBuffer bytes;
  bool is_owned = false;
  CHECK(Traits::Serialize(message, &bytes, &is_owned).ok()) << message.GetTypeName();
  return bytes;
}

}  // namespace mayfly
