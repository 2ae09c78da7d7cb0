// The code of one function: its sources, and what V8 has compiled of them.
#ifndef MAYFLY_RUNTIME_JS_FUNCTION_CODE_H_
#define MAYFLY_RUNTIME_JS_FUNCTION_CODE_H_

#include <v8.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/channel/messages.h"
#include "runtime/js/module_names.h"

namespace mayfly::runtime::js {

// How a dependency is written.
enum class ModuleFormat { kCommonJs, kEsModule, kJson };

// Lives as long as the isolate, so that each context binds what the first one compiled. Used by one thread.
//
// Methods that give a MaybeLocal leave the exception pending when it is empty, as V8's own do; they work in the current
// context.
class FunctionCode {
 public:
  // `request` outlives this.
  FunctionCode(v8::Isolate* isolate, const LoadRequest& request);

  const LoadRequest& request() const { return request_; }
  const ModuleNames& names() const { return names_; }

  // The function's own source.
  v8::MaybeLocal<v8::UnboundScript> MainScript();
  v8::MaybeLocal<v8::Module> MainModule();

  // What evaluates to the handler's value when it is a variable of the script's top level (`const handler = …`):
  // `typeof NAME` guarded. Empty, without an exception, if `name` is no identifier.
  v8::MaybeLocal<v8::UnboundScript> LookupScript(std::string_view name);

  // Dependencies, by their index in the request.
  const Module& dependency(size_t index) const { return request_.dependencies[index]; }
  // What to know how it is written; decided by its name, else by whether it compiles as CommonJS.
  v8::Maybe<ModuleFormat> FormatOf(size_t index);
  // A script whose value is the function (exports, require, module, __filename, __dirname) { source }.
  v8::MaybeLocal<v8::UnboundScript> CommonJsScript(size_t index);
  v8::MaybeLocal<v8::Module> EsModule(size_t index);

  // Which module code belongs to, by the options V8 hands to import(): a dependency's name, "" for the function itself.
  std::string_view ReferrerName(v8::Local<v8::Data> host_defined_options) const;

 private:
  // One source; index 0 of units_ is the function's own, dependency i is at i + 1.
  struct Unit {
    v8::Global<v8::UnboundScript> script;
    v8::Global<v8::UnboundModuleScript> module;
    std::optional<ModuleFormat> format;
  };

  std::string_view SourceOf(size_t unit) const;
  std::string FileOfUnit(size_t unit) const;
  v8::ScriptOrigin OriginOf(size_t unit, int line_offset, bool is_module) const;
  v8::MaybeLocal<v8::UnboundScript> CompileScript(size_t unit, std::string_view source, int line_offset);
  v8::MaybeLocal<v8::Module> CompileModule(size_t unit);
  bool CompilesAsCommonJs(size_t index);

  v8::Isolate* const isolate_;
  const LoadRequest& request_;
  const ModuleNames names_;
  std::vector<Unit> units_;
};

// Whether `name` may stand for itself in a script: an ASCII identifier.
bool IsIdentifier(std::string_view name);

}  // namespace mayfly::runtime::js

#endif  // MAYFLY_RUNTIME_JS_FUNCTION_CODE_H_
