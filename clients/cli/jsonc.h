// JSON with comments and trailing commas, as people write it in files, with places for messages.
#ifndef MAYFLY_CLIENTS_CLI_JSONC_H_
#define MAYFLY_CLIENTS_CLI_JSONC_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

struct yyjson_doc;
struct yyjson_val;

namespace mayfly::cli {

// A place in a text, both from 1; columns in characters.
struct Place {
  int32_t line = 1;
  int32_t column = 1;
};

// Where `offset` (in bytes, at most the size) lies in `text`.
Place PlaceOf(std::string_view text, size_t offset);

// An INVALID_ARGUMENT MANIFEST_INVALID: "file:line:column: message", then the lines of `text` around the place.
absl::Status ErrorAt(std::string_view file, std::string_view text, Place place, std::string_view message);

// A parsed file. Its values (yyjson's) live as long as it does. Numbers are raw: their own digits.
class JsoncDocument {
 public:
  // `file` is what messages call it. Errors: MANIFEST_INVALID with the place.
  static absl::StatusOr<JsoncDocument> Parse(std::string file, std::string text);

  yyjson_val* root() const;

  // Where a string (an object's key, for instance) begins: its opening quote.
  Place PlaceOfString(yyjson_val* string) const;

  // An error at the opening quote of a string.
  absl::Status ErrorAtString(yyjson_val* string, std::string_view message) const;

  // An error at the beginning of the file.
  absl::Status ErrorAtStart(std::string_view message) const;

  const std::string& file() const { return file_; }
  const std::string& text() const { return text_; }

 private:
  struct FreeDocument {
    void operator()(yyjson_doc* document) const;
  };

  JsoncDocument(std::string file, std::string text) : file_(std::move(file)), text_(std::move(text)) {}

  std::string file_;
  std::string text_;
  // The copy the parser works in: a string value points into it, at the same offset as in `text_`. On the heap, so that
  // a move keeps it.
  std::unique_ptr<char[]> buffer_;
  std::unique_ptr<yyjson_doc, FreeDocument> document_;
};

}  // namespace mayfly::cli

#endif  // MAYFLY_CLIENTS_CLI_JSONC_H_
