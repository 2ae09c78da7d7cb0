#include "runtime/js/v8_strings.h"

#include <algorithm>

namespace mayfly::runtime::js {
namespace {

v8::Local<v8::String> Make(v8::Isolate* isolate, std::string_view text, v8::NewStringType type) {
  return v8::String::NewFromUtf8(isolate, text.data(), type, static_cast<int>(text.size()))
      .FromMaybe(v8::String::Empty(isolate));
}

}  // namespace

v8::Local<v8::String> ToV8(v8::Isolate* isolate, std::string_view text) {
  return Make(isolate, text, v8::NewStringType::kNormal);
}

v8::Local<v8::String> Name(v8::Isolate* isolate, std::string_view text) {
  return Make(isolate, text, v8::NewStringType::kInternalized);
}

std::string ToUtf8(v8::Isolate* isolate, v8::Local<v8::String> text) {
  return ToUtf8(isolate, text, std::string::npos);
}

std::string ToUtf8(v8::Isolate* isolate, v8::Local<v8::String> text, size_t bytes_max) {
  std::string utf8(std::min(text->Utf8LengthV2(isolate), bytes_max), '\0');
  const size_t written =
      text->WriteUtf8V2(isolate, utf8.data(), utf8.size(), v8::String::WriteFlags::kReplaceInvalidUtf8);
  utf8.resize(written);
  return utf8;
}

}  // namespace mayfly::runtime::js
