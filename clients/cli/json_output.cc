#include "clients/cli/json_output.h"

#include <google/protobuf/util/json_util.h>
#include <google/protobuf/wrappers.pb.h>

#include "absl/log/check.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/error.h"
#include "google/rpc/status.pb.h"

namespace mayfly::cli {

std::string MessageToJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  std::string json;
  // A detail of a type this program doesn't know can't be printed.
  if (!google::protobuf::util::MessageToJsonString(message, &json, options).ok()) return "null";
  return json;
}

std::string FunctionsToJson(const std::vector<v1::Function>& functions) {
  return absl::StrCat(
      "[",
      absl::StrJoin(functions, ",",
                    [](std::string* out, const v1::Function& function) { out->append(MessageToJson(function)); }),
      "]");
}

std::string ReplyToJson(const client::Reply& reply) {
  return absl::StrCat("{\"result\":", reply.result, ",\"receipt\":", MessageToJson(reply.receipt), "}");
}

std::string ErrorToJson(const absl::Status& status) {
  const google::rpc::Status rpc_status = ToRpcStatus(status);
  const std::string message = QuoteJson(status.message());
  const std::string details = absl::StrJoin(
      rpc_status.details(), ",", [](std::string* out, const auto& detail) { out->append(MessageToJson(detail)); });
  return absl::StrCat("{\"error\":", message, ",\"code\":", rpc_status.code(),
                      ",\"status\":", QuoteJson(absl::StatusCodeToString(status.code())), ",\"message\":", message,
                      ",\"details\":[", details, "]}");
}

std::string QuoteJson(std::string_view text) {
  google::protobuf::StringValue value;
  value.set_value(std::string(text));
  return MessageToJson(value);
}

}  // namespace mayfly::cli
