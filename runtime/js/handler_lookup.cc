#include "runtime/js/handler_lookup.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "runtime/js/v8_strings.h"

namespace mayfly::runtime::js {
namespace {

// How many names an error shows.
constexpr size_t kFunctionsShownMax = 20;

void Add(std::vector<std::string>& names, std::string name) {
  if (names.size() < kFunctionsShownMax && std::find(names.begin(), names.end(), name) == names.end()) {
    names.push_back(std::move(name));
  }
}

// The names of `holder`'s own properties that are functions. With `declared_only`, only what can't be deleted: what a
// script declares.
void AddFunctions(v8::Local<v8::Context> context, v8::Local<v8::Object> holder, bool declared_only,
                  std::vector<std::string>& names) {
  v8::Isolate* const isolate = context->GetIsolate();
  const v8::TryCatch ignore(isolate);
  v8::Local<v8::Array> keys;
  const v8::PropertyFilter filter = declared_only ? v8::SKIP_SYMBOLS : v8::ONLY_ENUMERABLE;
  if (!holder->GetOwnPropertyNames(context, filter).ToLocal(&keys)) return;
  for (uint32_t i = 0; i < keys->Length(); ++i) {
    v8::Local<v8::Value> key;
    v8::Local<v8::Value> value;
    if (!keys->Get(context, i).ToLocal(&key) || !key->IsString()) continue;
    if (declared_only && (holder->GetPropertyAttributes(context, key).FromMaybe(v8::None) & v8::DontDelete) == 0)
      continue;
    if (holder->Get(context, key).ToLocal(&value) && value->IsFunction()) {
      Add(names, ToUtf8(isolate, key.As<v8::String>()));
    }
  }
}

// What the top level calls `name`, or undefined.
v8::MaybeLocal<v8::Value> LookUp(v8::Local<v8::Context> context, FunctionCode& code, std::string_view name) {
  v8::Local<v8::UnboundScript> script;
  if (code.LookupScript(name).ToLocal(&script)) return script->BindToCurrentContext()->Run(context);
  return context->Global()->Get(context, ToV8(context->GetIsolate(), name));
}

// Words that follow `const`, `let` or `class` in the source: candidates, of which the caller keeps those that are
// functions.
std::vector<std::string> DeclaredNames(std::string_view source) {
  std::vector<std::string> names;
  const auto is_word = [](char c) { return absl::ascii_isalnum(c) || c == '_' || c == '$'; };
  bool after_keyword = false;
  for (size_t i = 0; i < source.size();) {
    if (!is_word(source[i])) {
      after_keyword = after_keyword && absl::ascii_isspace(source[i]);
      ++i;
      continue;
    }
    const size_t begin = i;
    while (i < source.size() && is_word(source[i])) ++i;
    const std::string_view word = source.substr(begin, i - begin);
    if (after_keyword) names.emplace_back(word);
    after_keyword = word == "const" || word == "let" || word == "class";
  }
  return names;
}

}  // namespace

v8::MaybeLocal<v8::Value> FindInScript(v8::Local<v8::Context> context, FunctionCode& code,
                                       v8::Local<v8::Object> module) {
  v8::Isolate* const isolate = context->GetIsolate();
  const std::string& handler = code.request().handler;
  v8::Local<v8::Value> value;
  v8::Local<v8::Value> exports;
  if (!LookUp(context, code, handler).ToLocal(&value) || value->IsFunction()) return value;
  if (!module->Get(context, Name(isolate, "exports")).ToLocal(&exports)) return {};
  if (!exports->IsObject()) return value;
  v8::Local<v8::Value> exported;
  if (!exports.As<v8::Object>()->Get(context, ToV8(isolate, handler)).ToLocal(&exported)) return {};
  if (exported->IsFunction()) return exported;
  if (exports->IsFunction()) return exports;
  return value->IsUndefined() ? exported : value;
}

v8::MaybeLocal<v8::Value> FindInNamespace(v8::Local<v8::Context> context, std::string_view handler,
                                          v8::Local<v8::Object> exports) {
  v8::Isolate* const isolate = context->GetIsolate();
  v8::Local<v8::Value> value;
  v8::Local<v8::Value> fallback;
  if (!exports->Get(context, ToV8(isolate, handler)).ToLocal(&value) || value->IsFunction()) return value;
  if (!exports->Get(context, Name(isolate, "default")).ToLocal(&fallback)) return {};
  return fallback->IsFunction() ? fallback : value;
}

std::vector<std::string> FunctionsOfScript(v8::Local<v8::Context> context, FunctionCode& code,
                                           v8::Local<v8::Object> module) {
  v8::Isolate* const isolate = context->GetIsolate();
  const v8::TryCatch ignore(isolate);
  std::vector<std::string> names;
  AddFunctions(context, context->Global(), true, names);
  for (const std::string& name : DeclaredNames(code.request().source)) {
    v8::Local<v8::Value> value;
    if (names.size() < kFunctionsShownMax &&
        !context->Global()->HasOwnProperty(context, ToV8(isolate, name)).FromMaybe(true) &&
        LookUp(context, code, name).ToLocal(&value) && value->IsFunction()) {
      Add(names, name);
    }
  }
  v8::Local<v8::Value> exports;
  if (module->Get(context, Name(isolate, "exports")).ToLocal(&exports) && exports->IsObject()) {
    AddFunctions(context, exports.As<v8::Object>(), false, names);
  }
  return names;
}

std::vector<std::string> FunctionsOfNamespace(v8::Local<v8::Context> context, v8::Local<v8::Object> exports) {
  std::vector<std::string> names;
  AddFunctions(context, exports, false, names);
  return names;
}

}  // namespace mayfly::runtime::js
