// Walks a JSON text that has been validated (base/json.h): it finds its way, and does not check it.
#ifndef MAYFLY_GATEWAY_JSON_CURSOR_H_
#define MAYFLY_GATEWAY_JSON_CURSOR_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace mayfly::gateway {

// Stands before a value, a member or an element. `text` is one valid JSON text and outlives the cursor.
class JsonCursor {
 public:
  explicit JsonCursor(std::string_view text) : text_(text) {}

  // Where the next token begins.
  size_t offset();

  // The first byte of the next value: one of {["tfn-0…9.
  char Peek();

  // Passes the next value and gives its text, without the white space around it.
  std::string_view TakeValue();

  // Passes a null, if the next value is one.
  bool TakeNull();

  // Enters the object or list that comes next.
  void Enter();

  // After Enter, or after the value of a member: true if a member (element) follows, else leaves the object (list).
  bool Next();

  // Passes a member's key and its colon, and gives the key's text with its quotes.
  std::string_view TakeKey();

 private:
  void SkipSpace();
  void SkipString();
  void SkipContainer();

  const std::string_view text_;
  size_t at_ = 0;
};

// The text that a JSON string (with its quotes) stands for, as UTF-8. nullopt if it holds a lone surrogate escape, for
// which UTF-8 has no form.
std::optional<std::string> DecodeJsonString(std::string_view json);

// "line 3, column 12" (from 1, in bytes) of an offset.
std::string PlaceOf(std::string_view text, size_t offset);

}  // namespace mayfly::gateway

#endif  // MAYFLY_GATEWAY_JSON_CURSOR_H_
