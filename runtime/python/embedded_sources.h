// The Python files beside this one, in the binary.
#ifndef MAYFLY_RUNTIME_PYTHON_EMBEDDED_SOURCES_H_
#define MAYFLY_RUNTIME_PYTHON_EMBEDDED_SOURCES_H_

#include <array>
#include <string_view>

namespace mayfly::runtime {

struct EmbeddedSource {
  std::string_view name;  // "bootstrap"
  std::string_view file;  // what tracebacks call it
  std::string_view text;
};

std::array<EmbeddedSource, 5> EmbeddedSources();

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_PYTHON_EMBEDDED_SOURCES_H_
