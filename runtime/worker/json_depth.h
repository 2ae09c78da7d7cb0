// How deep a result is nested.
#ifndef MAYFLY_RUNTIME_WORKER_JSON_DEPTH_H_
#define MAYFLY_RUNTIME_WORKER_JSON_DEPTH_H_

#include <string_view>

namespace mayfly::runtime {

// The deepest nesting of arrays and objects in `text`, which is valid JSON.
int JsonDepth(std::string_view text);

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_WORKER_JSON_DEPTH_H_
