// UTF-8 out of bytes that may be anything.
#ifndef MAYFLY_RUNTIME_PYTHON_UTF8_H_
#define MAYFLY_RUNTIME_PYTHON_UTF8_H_

#include <string>
#include <string_view>

namespace mayfly::runtime {

// `bytes` with each maximal ill-formed part replaced by U+FFFD, as the Unicode Standard (chapter 3, table 3-7) and
// Python's errors="replace" do. Surrogates and overlong forms are ill-formed.
std::string ReplaceInvalidUtf8(std::string_view bytes);

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_PYTHON_UTF8_H_
