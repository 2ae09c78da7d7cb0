// What a connection has read and not yet used.
#ifndef MAYFLY_GATEWAY_INPUT_BUFFER_H_
#define MAYFLY_GATEWAY_INPUT_BUFFER_H_

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "base/limits.h"

namespace mayfly::gateway {

// A chunk is used where it was read, without a copy, unless what came before it is still here.
class InputBuffer {
 public:
  // All that is there. Valid until the next call of another method.
  std::string_view data() const;

  void Consume(size_t count);

  // Where the next read may write. After this, until Commit, data() may be used and consumed.
  std::span<char> Prepare();

  // The read has put `count` bytes there.
  void Commit(size_t count);

 private:
  std::array<char, 16 * kKiB> chunk_;
  std::string_view chunk_view_;
  std::string carried_;      // what comes before the chunk; empty when all of it is used
  size_t carried_used_ = 0;  // of it
};

}  // namespace mayfly::gateway

#endif  // MAYFLY_GATEWAY_INPUT_BUFFER_H_
