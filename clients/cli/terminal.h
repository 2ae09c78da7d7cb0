// Where a command reads and writes: data on stdout, talk on stderr.
#ifndef MAYFLY_CLIENTS_CLI_TERMINAL_H_
#define MAYFLY_CLIENTS_CLI_TERMINAL_H_

#include <istream>
#include <ostream>
#include <string>
#include <string_view>

namespace mayfly::cli {

enum class Style { kBold, kDim, kRed, kGreen, kYellow, kCyan };

enum class Colour { kNever, kAlways };

// An output stream that may show colour. The stream outlives it.
class Screen {
 public:
  Screen(std::ostream& stream, Colour colour) : stream_(stream), colour_(colour) {}

  std::ostream& stream() const { return stream_; }

  // `text` in a style, or as it is where there is no colour.
  std::string Paint(Style style, std::string_view text) const;

 private:
  std::ostream& stream_;
  const Colour colour_;
};

// `text` without what could move a terminal's cursor or change its state: control characters but newline and tab become
// U+FFFD. For all that came from a guest.
std::string Printable(std::string_view text);

struct Terminal {
  std::istream& in;
  Screen out;
  Screen err;
};

}  // namespace mayfly::cli

#endif  // MAYFLY_CLIENTS_CLI_TERMINAL_H_
