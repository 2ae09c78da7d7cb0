// JSON texts: our validator beside yyjson, and the reader and writer of messages beside both.
#include "gateway/json_reader.h"

#include <google/protobuf/util/message_differencer.h>
#include <yyjson.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/log/check.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/error.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/reason.h"
#include "base/utf8.h"
#include "gateway/json_cursor.h"
#include "gateway/json_writer.h"
#include "testdata/echo.pb.h"

namespace mayfly::gateway {
namespace {

using Document = std::unique_ptr<yyjson_doc, decltype(&yyjson_doc_free)>;

// RFC 8259, without lone surrogates.
Document Parse(std::string_view text) {
  return {yyjson_read(text.data(), text.size(), YYJSON_READ_NUMBER_AS_RAW), &yyjson_doc_free};
}

bool IsSurrogateEscape(std::string_view text) {
  return text.size() >= 6 && text[1] == 'u' && (text[2] | 0x20) == 'd' && text[3] >= '8' &&
         std::all_of(text.begin() + 3, text.begin() + 6, absl::ascii_isxdigit);
}

// With another character's escape in place of each surrogate's.
std::string WithoutSurrogates(std::string_view text) {
  std::string out(text);
  for (size_t at = out.find('\\'); at < out.size(); at = out.find('\\', at + 2)) {
    if (IsSurrogateEscape(std::string_view(out).substr(at))) out.replace(at + 2, 4, "0041");
  }
  return out;
}

absl::Status Validate(std::string_view text) { return ValidateJson(text, reason::kRequestInvalid, "the body"); }

// The message ends with a place that lies in the text.
void CheckPlace(const absl::Status& status, std::string_view text) {
  std::string_view place = status.message();
  CHECK(absl::ConsumeSuffix(&place, ")")) << status;
  const std::vector<std::string_view> parts = absl::StrSplit(place.substr(place.rfind('(')), ' ');
  CHECK_EQ(parts.size(), 4u) << status;
  size_t line, column;
  CHECK(absl::SimpleAtoi(absl::StripSuffix(parts[1], ","), &line) && absl::SimpleAtoi(parts[3], &column)) << status;
  const std::vector<std::string_view> lines = absl::StrSplit(text, '\n');
  CHECK(line >= 1 && line <= lines.size()) << status;
  CHECK(column >= 1 && column <= lines[line - 1].size() + 1) << status;
}

// What is too deep for us may be more than that.
void CheckValidator(std::string_view text, const absl::Status& valid) {
  if (!valid.ok()) CheckPlace(valid, text);
  if (absl::StrContains(valid.message(), "deep")) return;
  const Document document = Parse(WithoutSurrogates(text));
  CHECK_EQ(valid.ok(), document != nullptr) << valid;
}

// A string's decoding is yyjson's, but that a lone surrogate has none.
void CheckString(std::string_view json) {
  const std::optional<std::string> decoded = DecodeJsonString(json);
  if (!decoded.has_value()) return;
  const Document document = Parse(json);
  CHECK(document != nullptr);
  yyjson_val* root = yyjson_doc_get_root(document.get());
  CHECK_EQ(*decoded, std::string_view(yyjson_get_str(root), yyjson_get_len(root)));
}

// A message's error is the validator's, or names a field and a place; it is short, however long the keys.
void CheckRefusal(const absl::Status& status, std::string_view text, const absl::Status& valid) {
  CHECK_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  CHECK_EQ(ErrorReason(status), reason::kRequestInvalid);
  CHECK(IsUtf8(status.message())) << status;
  CHECK_LE(status.message().size(), 4 * text.size() + kKiB);
  if (!valid.ok()) CHECK_EQ(status, valid);
  CheckPlace(status, text);
}

// What was read is written, as JSON, and reads back as the same.
void CheckRoundTrip(const testdata::Everything& message) {
  std::string json;
  AppendJsonMessage(message, json);
  CHECK_OK(Validate(json)) << json;
  testdata::Everything again;
  CHECK_OK(ReadJsonMessage(json, again)) << json;
  google::protobuf::util::MessageDifferencer differencer;
  google::protobuf::util::DefaultFieldComparator comparator;
  comparator.set_treat_nan_as_equal(true);
  differencer.set_field_comparator(&comparator);
  CHECK(differencer.Compare(message, again)) << json;
}

void CheckMessage(std::string_view text, const absl::Status& valid) {
  testdata::Everything message;
  const absl::Status read = ReadJsonMessage(text, message);
  if (!read.ok()) return CheckRefusal(read, text, valid);
  CHECK_OK(valid);
  CheckRoundTrip(message);
}

std::string_view Trimmed(std::string_view json) {
  constexpr std::string_view kSpace = " \t\r\n";
  json.remove_prefix(json.find_first_not_of(kSpace));
  return json.substr(0, json.find_last_not_of(kSpace) + 1);
}

// A JSON text is spliced in and out as it is.
void CheckSplice(std::string_view text) {
  const std::string body = absl::StrCat("{\"text\":", text, ",\"texts\":[0,", text, "]}");
  testdata::SpliceMessage message;
  const absl::Status read = ReadJsonMessage(body, message);
  if (absl::StrContains(read.message(), "deep")) return;
  CHECK_OK(read);
  CHECK_EQ(message.text(), Trimmed(text));
  CHECK_EQ(message.texts(1), Trimmed(text));
  std::string json;
  AppendJsonMessage(message, json);
  CHECK_EQ(json, absl::StrCat("{\"name\":\"\",\"text\":", Trimmed(text), ",\"texts\":[0,", Trimmed(text), "]}"));
}

}  // namespace
}  // namespace mayfly::gateway

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace mayfly::gateway;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const absl::Status valid = Validate(text);
  CheckValidator(text, valid);
  CheckMessage(text, valid);
  if (!valid.ok()) return 0;
  CheckSplice(text);
  if (Trimmed(text).starts_with('"')) CheckString(Trimmed(text));
  return 0;
}
