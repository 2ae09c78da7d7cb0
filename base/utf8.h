// Text from outside is UTF-8, or refused.
#ifndef MAYFLY_BASE_UTF8_H_
#define MAYFLY_BASE_UTF8_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace mayfly {

// Whether `text` is UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF.
bool IsUtf8(std::string_view text);

// `text`, cut to at most `bytes_max` bytes between two characters, with U+FFFD in place of each byte that is not UTF-8.
std::string ToUtf8(std::string_view text, size_t bytes_max);

// The longest prefix of at most `bytes_max` bytes that does not end inside a UTF-8 sequence.
std::string_view CutUtf8(std::string_view text, size_t bytes_max);

// What an error shows of a text that may be anything: at most its first `bytes_max` bytes, with control characters,
// quotes and bytes that are not UTF-8 escaped as in C. Always UTF-8.
std::string EscapedPrefix(std::string_view text, size_t bytes_max);

}  // namespace mayfly

#endif  // MAYFLY_BASE_UTF8_H_
