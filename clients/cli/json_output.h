// What --json prints.
#ifndef MAYFLY_CLIENTS_CLI_JSON_OUTPUT_H_
#define MAYFLY_CLIENTS_CLI_JSON_OUTPUT_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "clients/cpp/client.h"

namespace google::protobuf {
class Message;
}

namespace mayfly::cli {

// Proto3 JSON on one line, names in lowerCamelCase, defaults printed.
std::string MessageToJson(const google::protobuf::Message& message);

// A bare array.
std::string FunctionsToJson(const std::vector<v1::Function>& functions);

// {"result": …, "receipt": {…}}, the result verbatim.
std::string ReplyToJson(const client::Reply& reply);

// The error body of the HTTP door: {"error", "code", "status", "message", "details"}.
std::string ErrorToJson(const absl::Status& status);

// A JSON string, quotes included.
std::string QuoteJson(std::string_view text);

}  // namespace mayfly::cli

#endif  // MAYFLY_CLIENTS_CLI_JSON_OUTPUT_H_
