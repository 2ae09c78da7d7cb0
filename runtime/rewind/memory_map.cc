#include "runtime/rewind/memory_map.h"

#include <sys/mman.h>

#include "runtime/rewind/raw_syscall.h"

namespace mayfly::runtime {
namespace {

// Takes one number and the character behind it off the text.
bool TakeNumber(std::string_view& text, int base, char end, uint64_t& number) {
  number = 0;
  size_t digits = 0;
  for (; digits < text.size(); ++digits) {
    const char c = text[digits];
    const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : base;
    if (digit >= base) break;
    number = number * static_cast<uint64_t>(base) + static_cast<uint64_t>(digit);
  }
  if (digits == 0 || digits == text.size() || text[digits] != end) return false;
  text.remove_prefix(digits + 1);
  return true;
}

// "rwxp "
bool TakeAccess(std::string_view& text, Mapping& mapping) {
  if (text.size() < 5 || text[4] != ' ') return false;
  mapping.protection =
      (text[0] == 'r' ? PROT_READ : 0) | (text[1] == 'w' ? PROT_WRITE : 0) | (text[2] == 'x' ? PROT_EXEC : 0);
  mapping.shared = text[3] == 's';
  text.remove_prefix(5);
  return true;
}

// 55e0c0a00000-55e0c0a21000 rw-p 00000000 00:00 0                          [heap]
bool ParseLine(std::string_view line, Mapping& mapping) {
  uint64_t begin;
  uint64_t end;
  uint64_t device;
  if (!TakeNumber(line, 16, '-', begin) || !TakeNumber(line, 16, ' ', end) || !TakeAccess(line, mapping) ||
      !TakeNumber(line, 16, ' ', mapping.offset) || !TakeNumber(line, 16, ':', device) ||
      !TakeNumber(line, 16, ' ', device) || !TakeNumber(line, 10, ' ', mapping.inode)) {
    return false;
  }
  mapping.begin = begin;
  mapping.end = end;
  // The kernel's own names stand where there is no file.
  mapping.stack = mapping.inode == 0 && line.ends_with("[stack]");
  mapping.special = mapping.inode == 0 && line.find("[v") != std::string_view::npos;
  return true;
}

}  // namespace

bool Mapping::IsPrivateWritable() const { return !shared && !special && (protection & PROT_WRITE) != 0; }

ptrdiff_t ParseMemoryMap(std::string_view text, std::span<Mapping> mappings) {
  size_t lines = 0;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    if (end == std::string_view::npos) return -1;
    // A line without a name ends in its inode and a space.
    Mapping mapping;
    if (!ParseLine(text.substr(0, end), mapping)) return -1;
    if (lines < mappings.size()) mappings[lines] = mapping;
    ++lines;
    text.remove_prefix(end + 1);
  }
  return static_cast<ptrdiff_t>(lines);
}

ptrdiff_t ReadMemoryMap(int fd, std::span<char> text) {
  size_t length = 0;
  while (length < text.size()) {
    const long count = RawSyscall(SYS_pread64, fd, text.data() + length, text.size() - length, length);
    if (count < 0) return -1;
    if (count == 0) return static_cast<ptrdiff_t>(length);
    length += static_cast<size_t>(count);
  }
  return -1;
}

}  // namespace mayfly::runtime
