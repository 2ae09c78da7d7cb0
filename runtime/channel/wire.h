// Writes and reads the primitives of the wire form (codec.h).
#ifndef MAYFLY_RUNTIME_CHANNEL_WIRE_H_
#define MAYFLY_RUNTIME_CHANNEL_WIRE_H_

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace mayfly::runtime {

// Host and worker are one machine, so integers go as they lie in memory.
class WireWriter {
 public:
  template <std::integral T>
  void Integer(T value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof(value));
  }
  void Text(std::string_view text) {
    Integer(static_cast<uint32_t>(text.size()));
    bytes_.append(text);
  }
  // In nanoseconds; an infinite or too long one saturates.
  void Duration(absl::Duration duration) { Integer(absl::ToInt64Nanoseconds(duration)); }

  std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// Reads what a WireWriter wrote, or what a liar says it did. After the first error every read gives 0 or an empty text,
// and status() says which field was wrong.
class WireReader {
 public:
  explicit WireReader(std::string_view bytes) : rest_(bytes) {}

  // An integer from `least` to `most`.
  template <std::integral T>
  T Integer(T least, T most, const char* field) {
    T value;
    if (rest_.size() < sizeof(value)) return Fail<T>(field, "is cut off");
    std::memcpy(&value, rest_.data(), sizeof(value));
    if (value < least || value > most) return Fail<T>(field, "is out of range");
    rest_.remove_prefix(sizeof(value));
    return value;
  }

  // UTF-8 of at most `bytes_max` bytes.
  std::string Text(size_t bytes_max, const char* field);

  // A time that is not negative and at most kGuestClockMax.
  absl::Duration Duration(const char* field);

  // Call last: whatever is left over is an error.
  absl::Status Finish();

  const absl::Status& status() const { return status_; }

 private:
  template <typename T>
  T Fail(const char* field, const char* problem) {
    SetError(field, problem);
    return T();
  }
  void SetError(const char* field, const char* problem);

  std::string_view rest_;
  absl::Status status_;
};

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_CHANNEL_WIRE_H_
