#include "clients/cli/jsonc.h"

#include <yyjson.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/code_frame.h"
#include "base/error.h"
#include "base/reason.h"

namespace mayfly::cli {
namespace {

constexpr yyjson_read_flag kFlags = YYJSON_READ_INSITU | YYJSON_READ_ALLOW_COMMENTS |
                                    YYJSON_READ_ALLOW_TRAILING_COMMAS | YYJSON_READ_ALLOW_BOM |
                                    YYJSON_READ_NUMBER_AS_RAW;

bool IsContinuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

}  // namespace

Place PlaceOf(std::string_view text, size_t offset) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const size_t line_begin = before.rfind('\n') + 1;  // npos + 1 is 0
  const std::string_view on_line = before.substr(line_begin);
  return {.line = static_cast<int32_t>(std::count(before.begin(), before.end(), '\n')) + 1,
          .column =
              static_cast<int32_t>(on_line.size() - std::count_if(on_line.begin(), on_line.end(), IsContinuation)) + 1};
}

absl::Status ErrorAt(std::string_view file, std::string_view text, Place place, std::string_view message) {
  const std::string frame = CodeFrame(text, place.line, place.column);
  return MakeError(
      absl::StatusCode::kInvalidArgument, reason::kManifestInvalid,
      absl::StrCat(file, ":", place.line, ":", place.column, ": ", message, frame.empty() ? "" : "\n", frame),
      {{"file", std::string(file)}, {"line", absl::StrCat(place.line)}, {"column", absl::StrCat(place.column)}});
}

absl::StatusOr<JsoncDocument> JsoncDocument::Parse(std::string file, std::string text) {
  JsoncDocument document(std::move(file), std::move(text));
  const size_t size = document.text_.size();
  document.buffer_ = std::make_unique<char[]>(size + YYJSON_PADDING_SIZE);
  std::copy_n(document.text_.data(), size, document.buffer_.get());
  yyjson_read_err error;
  document.document_.reset(yyjson_read_opts(document.buffer_.get(), size, kFlags, nullptr, &error));
  if (document.document_ == nullptr) {
    return ErrorAt(document.file_, document.text_, PlaceOf(document.text_, error.pos),
                   absl::StrCat("not JSON: ", error.msg));
  }
  return document;
}

yyjson_val* JsoncDocument::root() const { return yyjson_doc_get_root(document_.get()); }

Place JsoncDocument::PlaceOfString(yyjson_val* string) const {
  return PlaceOf(text_, yyjson_get_str(string) - buffer_.get() - 1);
}

absl::Status JsoncDocument::ErrorAtString(yyjson_val* string, std::string_view message) const {
  return ErrorAt(file_, text_, PlaceOfString(string), message);
}

absl::Status JsoncDocument::ErrorAtStart(std::string_view message) const {
  return ErrorAt(file_, text_, Place{}, message);
}

void JsoncDocument::FreeDocument::operator()(yyjson_doc* document) const { yyjson_doc_free(document); }

}  // namespace mayfly::cli
