// Between C++ and V8 strings.
#ifndef MAYFLY_RUNTIME_JS_V8_STRINGS_H_
#define MAYFLY_RUNTIME_JS_V8_STRINGS_H_

#include <v8.h>

#include <string>
#include <string_view>

namespace mayfly::runtime::js {

// A V8 string of UTF-8 text, invalid bytes replaced. Empty only beyond V8's longest string (512 Mi characters), which
// no limit of ours lets in.
v8::Local<v8::String> ToV8(v8::Isolate* isolate, std::string_view text);

// The same, shared with its equals: for property names and other literals.
v8::Local<v8::String> Name(v8::Isolate* isolate, std::string_view text);

// UTF-8, lone surrogates replaced by U+FFFD.
std::string ToUtf8(v8::Isolate* isolate, v8::Local<v8::String> text);

// At most `bytes_max` bytes of it, cut at a character.
std::string ToUtf8(v8::Isolate* isolate, v8::Local<v8::String> text, size_t bytes_max);

}  // namespace mayfly::runtime::js

#endif  // MAYFLY_RUNTIME_JS_V8_STRINGS_H_
