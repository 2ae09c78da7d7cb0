// The files of this folder, for the demo.
#ifndef MAYFLY_EXAMPLES_EXAMPLES_H_
#define MAYFLY_EXAMPLES_EXAMPLES_H_

#include <string_view>
#include <utility>
#include <vector>

namespace mayfly::examples {

// Path ("examples/hello.js") and content of each.
const std::vector<std::pair<std::string_view, std::string_view>>& All();

}  // namespace mayfly::examples

#endif  // MAYFLY_EXAMPLES_EXAMPLES_H_
