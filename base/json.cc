#include "base/json.h"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/limits.h"

namespace mayfly {
namespace {

namespace json = boost::json;

// Accepts every event of the parser and keeps nothing.
struct NullHandler {
  static constexpr size_t max_object_size = SIZE_MAX;
  static constexpr size_t max_array_size = SIZE_MAX;
  static constexpr size_t max_key_size = SIZE_MAX;
  static constexpr size_t max_string_size = SIZE_MAX;

  bool on_document_begin(boost::system::error_code&) { return true; }
  bool on_document_end(boost::system::error_code&) { return true; }
  bool on_object_begin(boost::system::error_code&) { return true; }
  bool on_object_end(size_t, boost::system::error_code&) { return true; }
  bool on_array_begin(boost::system::error_code&) { return true; }
  bool on_array_end(size_t, boost::system::error_code&) { return true; }
  bool on_key_part(json::string_view, size_t, boost::system::error_code&) { return true; }
  bool on_key(json::string_view, size_t, boost::system::error_code&) { return true; }
  bool on_string_part(json::string_view, size_t, boost::system::error_code&) { return true; }
  bool on_string(json::string_view, size_t, boost::system::error_code&) { return true; }
  bool on_number_part(json::string_view, boost::system::error_code&) { return true; }
  bool on_int64(int64_t, json::string_view, boost::system::error_code&) { return true; }
  bool on_uint64(uint64_t, json::string_view, boost::system::error_code&) { return true; }
  bool on_double(double, json::string_view, boost::system::error_code&) { return true; }
  bool on_bool(bool, boost::system::error_code&) { return true; }
  bool on_null(boost::system::error_code&) { return true; }
  bool on_comment_part(json::string_view, boost::system::error_code&) { return true; }
  bool on_comment(json::string_view, boost::system::error_code&) { return true; }
};

json::parse_options Rfc8259() {
  json::parse_options options;
  options.numbers = json::number_precision::none;
  options.allow_invalid_utf16 = true;
  options.max_depth = kJsonDepthMax;
  return options;
}

// What the parser's error means to a reader.
std::string Describe(const boost::system::error_code& error, bool at_end) {
  if (error == json::error::too_deep) return absl::StrCat("is nested more than ", kJsonDepthMax, " deep");
  if (error == json::error::incomplete || at_end) return "ends too early";
  return absl::StrCat("is not JSON: ", error.message());
}

}  // namespace

absl::Status ValidateJson(std::string_view text, std::string_view reason, std::string_view what) {
  json::basic_parser<NullHandler> parser(Rfc8259());
  boost::system::error_code error;
  const size_t read = parser.write_some(false, text.data(), text.size(), error);
  const bool trailing = !error && read < text.size();
  if (!error && !trailing) return absl::OkStatus();
  const std::string_view before = text.substr(0, std::min(read, text.size()));
  const size_t line_begin = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  const std::string problem = trailing ? "goes on after its end" : Describe(error, read >= text.size());
  return MakeError(absl::StatusCode::kInvalidArgument, reason,
                   absl::StrCat(what, " ", problem, " (line ", std::count(before.begin(), before.end(), '\n') + 1,
                                ", column ", before.size() - line_begin + 1, ")"));
}

}  // namespace mayfly
