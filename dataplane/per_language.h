// One of something for each language.
#ifndef MAYFLY_DATAPLANE_PER_LANGUAGE_H_
#define MAYFLY_DATAPLANE_PER_LANGUAGE_H_

#include <array>
#include <cstddef>
#include <iterator>

#include "runtime/channel/messages.h"

namespace mayfly::dataplane {

inline constexpr runtime::Language kLanguages[] = {runtime::Language::kJs, runtime::Language::kPython};

template <typename T>
using PerLanguage = std::array<T, std::size(kLanguages)>;

// A language's place in it.
constexpr size_t IndexOf(runtime::Language language) {
  return static_cast<size_t>(language) - static_cast<size_t>(runtime::Language::kJs);
}

}  // namespace mayfly::dataplane

#endif  // MAYFLY_DATAPLANE_PER_LANGUAGE_H_
