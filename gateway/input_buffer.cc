#include "gateway/input_buffer.h"

namespace mayfly::gateway {

std::string_view InputBuffer::data() const {
  return carried_.empty() ? chunk_view_ : std::string_view(carried_).substr(carried_used_);
}

void InputBuffer::Consume(size_t count) {
  if (carried_.empty()) {
    chunk_view_.remove_prefix(count);
    return;
  }
  carried_used_ += count;
  if (carried_used_ < carried_.size()) return;
  carried_.clear();
  carried_used_ = 0;
}

std::span<char> InputBuffer::Prepare() {
  carried_.erase(0, carried_used_);
  carried_used_ = 0;
  carried_ += chunk_view_;
  chunk_view_ = {};
  return chunk_;
}

void InputBuffer::Commit(size_t count) {
  const std::string_view read(chunk_.data(), count);
  if (carried_.empty()) {
    chunk_view_ = read;
  } else {
    carried_ += read;
  }
}

}  // namespace mayfly::gateway
