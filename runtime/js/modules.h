// The modules of one realm: CommonJS, ES and JSON, which may load each other.
#ifndef MAYFLY_RUNTIME_JS_MODULES_H_
#define MAYFLY_RUNTIME_JS_MODULES_H_

#include <v8.h>

#include <cstddef>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "runtime/js/function_code.h"
#include "runtime/js/realm.h"

namespace mayfly::runtime::js {

// Each dependency is evaluated once, when it is first asked for. Methods that give a MaybeLocal leave the exception
// pending when it is empty; they work in the realm's context, entered. Used by one thread; `realm` and `code` outlive
// it.
class Modules {
 public:
  Modules(Realm& realm, FunctionCode& code);
  ~Modules();

  Modules(const Modules&) = delete;
  Modules& operator=(const Modules&) = delete;

  // Has V8 ask the realm's modules for import() and import.meta. Once for an isolate.
  static void Watch(v8::Isolate* isolate);

  // A `require` function for the module of that name; "" for the function itself.
  v8::MaybeLocal<v8::Function> MakeRequire(std::string_view referrer);

  // The function's own ES module, instantiated and being evaluated: its promise.
  v8::MaybeLocal<v8::Promise> EvaluateMain();
  // Its exports, once the promise is fulfilled.
  v8::Local<v8::Object> MainNamespace();

 private:
  static void OnRequire(const v8::FunctionCallbackInfo<v8::Value>& arguments);
  static void OnRequireResolve(const v8::FunctionCallbackInfo<v8::Value>& arguments);
  static v8::MaybeLocal<v8::Module> OnResolve(v8::Local<v8::Context> context, v8::Local<v8::String> specifier,
                                              v8::Local<v8::FixedArray> attributes, v8::Local<v8::Module> referrer);
  static v8::MaybeLocal<v8::Value> OnEvaluateSynthetic(v8::Local<v8::Context> context, v8::Local<v8::Module> module);
  static v8::MaybeLocal<v8::Promise> OnImport(v8::Local<v8::Context> context, v8::Local<v8::Data> options,
                                              v8::Local<v8::Value> resource_name, v8::Local<v8::String> specifier,
                                              v8::Local<v8::FixedArray> attributes);
  static void OnImportMeta(v8::Local<v8::Context> context, v8::Local<v8::Module> module, v8::Local<v8::Object> meta);

  v8::Maybe<size_t> Resolve(std::string_view referrer, v8::Local<v8::String> specifier);
  std::string_view NameOf(v8::Local<v8::Module> module) const;

  v8::MaybeLocal<v8::Value> Require(size_t index);
  v8::MaybeLocal<v8::Value> RequireJson(size_t index);
  v8::MaybeLocal<v8::Value> RequireCommonJs(size_t index);
  v8::MaybeLocal<v8::Value> RequireEsModule(size_t index);
  v8::Local<v8::Object> NewModuleObject(size_t index);
  v8::MaybeLocal<v8::Value> RunCommonJs(size_t index, v8::Local<v8::Object> module);

  v8::MaybeLocal<v8::Module> GetEsModule(size_t index);
  v8::MaybeLocal<v8::Module> MakeSynthetic(size_t index);
  v8::MaybeLocal<v8::Promise> Evaluate(v8::Local<v8::Module> module);
  v8::MaybeLocal<v8::Promise> Import(std::string_view referrer, v8::Local<v8::String> specifier);

  void Remember(v8::Local<v8::Module> module, size_t index);

  Realm& realm_;
  v8::Isolate* const isolate_;
  FunctionCode& code_;
  absl::flat_hash_map<size_t, v8::Global<v8::Object>> common_js_;  // `module` objects
  absl::flat_hash_map<size_t, v8::Global<v8::Value>> json_;
  absl::flat_hash_map<size_t, v8::Global<v8::Module>> es_modules_;  // real ones, and those that stand for the others
  v8::Global<v8::Module> main_;
};

}  // namespace mayfly::runtime::js

#endif  // MAYFLY_RUNTIME_JS_MODULES_H_
