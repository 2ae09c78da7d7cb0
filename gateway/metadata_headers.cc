#include "gateway/metadata_headers.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/reason.h"

namespace mayfly::gateway {
namespace {

constexpr std::string_view kPrefix = "Grpc-Metadata-";
constexpr std::string_view kBinarySuffix = "-bin";
constexpr std::array<std::string_view, 3> kForwarded = {"authorization", "traceparent", "tracestate"};

bool IsBinary(std::string_view key) { return key.ends_with(kBinarySuffix); }

// Keys that gRPC keeps for itself.
bool IsReserved(std::string_view key) { return key.empty() || key.starts_with("grpc-") || key.starts_with(':'); }

bool IsKeyCharacter(char c) {
  return absl::ascii_isdigit(static_cast<unsigned char>(c)) || absl::ascii_islower(static_cast<unsigned char>(c)) ||
         c == '-' || c == '_' || c == '.';
}

bool IsValueCharacter(char c) { return c >= 0x20 && c < 0x7f; }

// The metadata key that a header becomes; nullopt: it is not passed on.
std::optional<std::string> KeyOf(std::string_view header) {
  for (const std::string_view key : kForwarded) {
    if (absl::EqualsIgnoreCase(header, key)) return std::string(key);
  }
  if (!absl::StartsWithIgnoreCase(header, kPrefix)) return std::nullopt;
  std::string key = absl::AsciiStrToLower(header.substr(kPrefix.size()));
  return IsReserved(key) ? std::nullopt : std::make_optional(std::move(key));
}

absl::Status Invalid(std::string_view header, std::string_view problem) {
  return MakeError(absl::StatusCode::kInvalidArgument, reason::kRequestInvalid,
                   absl::StrCat("the header ", header, " ", problem));
}

absl::StatusOr<std::string> ValueOf(std::string_view header, std::string_view key, std::string_view value) {
  if (!std::all_of(key.begin(), key.end(), IsKeyCharacter)) {
    return Invalid(header, "names metadata with characters other than a-z, 0-9, '-', '_' and '.'");
  }
  if (IsBinary(key)) {
    std::string bytes;
    if (!absl::Base64Unescape(value, &bytes)) return Invalid(header, "must be base64, as its name ends in -bin");
    return bytes;
  }
  if (!std::all_of(value.begin(), value.end(), IsValueCharacter)) return Invalid(header, "must be printable ASCII");
  return std::string(value);
}

// "mayfly-invocation-id" as "Mayfly-Invocation-Id".
std::string Capitalized(std::string_view key) {
  std::string name(key);
  bool first = true;
  for (char& c : name) {
    if (first) c = absl::ascii_toupper(static_cast<unsigned char>(c));
    first = c == '-';
  }
  return name;
}

void AddOne(std::string_view key, std::string_view value, HttpResponse& response) {
  if (key == "x-http-code") {
    int status;
    if (absl::SimpleAtoi(value, &status) && status >= 200 && status < 600) response.status = status;
  } else if (key == "server-timing" || key.starts_with("mayfly-")) {
    response.AddHeader(Capitalized(key), value);
  } else {
    response.AddHeader(absl::StrCat(kPrefix, Capitalized(key)), IsBinary(key) ? absl::Base64Escape(value) : value);
  }
}

}  // namespace

absl::StatusOr<Metadata> MetadataFromHeaders(const HttpHeaders& headers) {
  Metadata metadata;
  size_t bytes = 0;
  for (const auto& [header, value] : headers) {
    std::optional<std::string> key = KeyOf(header);
    if (!key.has_value()) continue;
    bytes += key->size() + value.size();
    if (bytes > kMetadataBytesMax) {
      return MakeError(absl::StatusCode::kResourceExhausted, reason::kRequestTooLarge,
                       absl::StrCat("the metadata in the headers is larger than ", kMetadataBytesMax, " bytes"));
    }
    auto text = ValueOf(header, *key, value);
    if (!text.ok()) return text.status();
    metadata.emplace_back(*std::move(key), *std::move(text));
  }
  return metadata;
}

void AddMetadataHeaders(const Metadata& metadata, HttpResponse& response) {
  for (const auto& [key, value] : metadata) {
    if (!IsReserved(key)) AddOne(key, value, response);
  }
}

}  // namespace mayfly::gateway
