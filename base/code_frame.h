// A few lines of source around a place, as compilers show them.
#ifndef MAYFLY_BASE_CODE_FRAME_H_
#define MAYFLY_BASE_CODE_FRAME_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace mayfly {

// Two lines before and one after `line` (from 1) with their numbers, '>' at the line itself and '^' under `column`
// (from 1, in characters; 0: no caret):
//
//     1 | function handler(event) {
//   > 2 |   return event.user.name;
//       |                     ^
//     3 | }
//
// Long lines are cut around the caret; control characters are shown as spaces. Empty if `source` has no such line. Line
// and column may come from a guest: any value is safe.
std::string CodeFrame(std::string_view source, int32_t line, int32_t column);

}  // namespace mayfly

#endif  // MAYFLY_BASE_CODE_FRAME_H_
