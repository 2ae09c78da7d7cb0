#include "runtime/js/function_code.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "runtime/js/v8_strings.h"

namespace mayfly::runtime::js {
namespace {

constexpr std::string_view kWrapperParameters[] = {"exports", "require", "module", "__filename", "__dirname"};

// The source stands on lines of its own, so that a line comment at its end and its line numbers stay its own.
constexpr std::string_view kWrapperBegin = "(function (exports, require, module, __filename, __dirname) {\n";
constexpr std::string_view kWrapperEnd = "\n})";

// What V8 says of ES module syntax in a script.
constexpr std::string_view kModuleSyntaxErrors[] = {
    "Cannot use import statement outside a module",
    "Cannot use 'import.meta' outside a module",
    "Unexpected token 'export'",
    "await is only valid in async functions and the top level bodies of modules",
};

// Node ignores a first line that is for a shell.
std::string WithoutHashbang(std::string_view source) {
  return absl::StartsWith(source, "#!") ? absl::StrCat("//", source.substr(2)) : std::string(source);
}

}  // namespace

bool IsIdentifier(std::string_view name) {
  const auto begins = [](char c) { return absl::ascii_isalpha(c) || c == '_' || c == '$'; };
  const auto continues = [begins](char c) { return begins(c) || absl::ascii_isdigit(c); };
  return !name.empty() && begins(name[0]) && std::all_of(name.begin(), name.end(), continues);
}

FunctionCode::FunctionCode(v8::Isolate* isolate, const LoadRequest& request)
    : isolate_(isolate), request_(request), names_(request.dependencies), units_(request.dependencies.size() + 1) {}

std::string_view FunctionCode::SourceOf(size_t unit) const {
  return unit == 0 ? std::string_view(request_.source) : request_.dependencies[unit - 1].source;
}

std::string FunctionCode::FileOfUnit(size_t unit) const {
  return unit == 0 ? absl::StrCat(request_.function_id, ".js") : FileOf(request_.dependencies[unit - 1].name);
}

v8::ScriptOrigin FunctionCode::OriginOf(size_t unit, int line_offset, bool is_module) const {
  const v8::Local<v8::PrimitiveArray> options = v8::PrimitiveArray::New(isolate_, 1);
  options->Set(isolate_, 0, v8::Integer::NewFromUnsigned(isolate_, static_cast<uint32_t>(unit)));
  return v8::ScriptOrigin(ToV8(isolate_, FileOfUnit(unit)), line_offset, 0, false, -1, v8::Local<v8::Value>(), false,
                          false, is_module, options);
}

std::string_view FunctionCode::ReferrerName(v8::Local<v8::Data> host_defined_options) const {
  if (host_defined_options.IsEmpty() || !host_defined_options->IsFixedArray()) return "";
  const v8::Local<v8::PrimitiveArray> options = host_defined_options.As<v8::PrimitiveArray>();
  if (options->Length() != 1) return "";
  const v8::Local<v8::Primitive> unit = options->Get(isolate_, 0);
  if (!unit->IsUint32()) return "";
  const size_t index = unit.As<v8::Uint32>()->Value();
  return index == 0 || index >= units_.size() ? std::string_view() : request_.dependencies[index - 1].name;
}

v8::MaybeLocal<v8::UnboundScript> FunctionCode::CompileScript(size_t unit, std::string_view source, int line_offset) {
  Unit& compiled = units_[unit];
  if (!compiled.script.IsEmpty()) return compiled.script.Get(isolate_);
  v8::ScriptCompiler::Source input(ToV8(isolate_, source), OriginOf(unit, line_offset, false));
  v8::Local<v8::UnboundScript> script;
  if (!v8::ScriptCompiler::CompileUnboundScript(isolate_, &input).ToLocal(&script)) return {};
  compiled.script.Reset(isolate_, script);
  return script;
}

v8::MaybeLocal<v8::Module> FunctionCode::CompileModule(size_t unit) {
  // V8 finds what it compiled before by the source and its origin, as long as it is alive: hence the handle.
  v8::ScriptCompiler::Source input(ToV8(isolate_, SourceOf(unit)), OriginOf(unit, 0, true));
  v8::Local<v8::Module> module;
  if (!v8::ScriptCompiler::CompileModule(isolate_, &input).ToLocal(&module)) return {};
  if (units_[unit].module.IsEmpty()) units_[unit].module.Reset(isolate_, module->GetUnboundModuleScript());
  return module;
}

v8::MaybeLocal<v8::UnboundScript> FunctionCode::MainScript() { return CompileScript(0, SourceOf(0), 0); }

v8::MaybeLocal<v8::Module> FunctionCode::MainModule() { return CompileModule(0); }

v8::MaybeLocal<v8::UnboundScript> FunctionCode::LookupScript(std::string_view name) {
  if (!IsIdentifier(name)) return {};
  v8::ScriptCompiler::Source input(
      ToV8(isolate_, absl::StrCat("typeof ", name, " === 'undefined' ? undefined : ", name)),
      v8::ScriptOrigin(ToV8(isolate_, "mayfly:lookup")));
  // A reserved word is an identifier that does not compile.
  const v8::TryCatch ignore(isolate_);
  return v8::ScriptCompiler::CompileUnboundScript(isolate_, &input);
}

bool FunctionCode::CompilesAsCommonJs(size_t index) {
  const v8::TryCatch caught(isolate_);
  if (!CommonJsScript(index).IsEmpty()) return true;
  if (!caught.HasCaught() || !caught.CanContinue()) return true;
  const std::string message = ToUtf8(isolate_, caught.Message()->Get());
  return std::none_of(std::begin(kModuleSyntaxErrors), std::end(kModuleSyntaxErrors),
                      [&](std::string_view syntax) { return absl::StrContains(message, syntax); });
}

v8::Maybe<ModuleFormat> FunctionCode::FormatOf(size_t index) {
  std::optional<ModuleFormat>& format = units_[index + 1].format;
  const std::string& name = dependency(index).name;
  if (format.has_value()) return v8::Just(*format);
  if (absl::EndsWith(name, ".json")) {
    format = ModuleFormat::kJson;
  } else if (absl::EndsWith(name, ".mjs")) {
    format = ModuleFormat::kEsModule;
  } else if (absl::EndsWith(name, ".cjs") || CompilesAsCommonJs(index)) {
    format = ModuleFormat::kCommonJs;
  } else {
    format = ModuleFormat::kEsModule;
  }
  return v8::Just(*format);
}

v8::MaybeLocal<v8::UnboundScript> FunctionCode::CommonJsScript(size_t index) {
  const std::string source = WithoutHashbang(SourceOf(index + 1));
  v8::Local<v8::UnboundScript> script;
  v8::Local<v8::Value> exception;
  {
    v8::TryCatch caught(isolate_);
    if (CompileScript(index + 1, absl::StrCat(kWrapperBegin, source, kWrapperEnd), -1).ToLocal(&script)) return script;
    if (!caught.CanContinue()) {
      caught.ReThrow();
      return {};
    }
    exception = caught.Exception();
  }
  // Compiled as the body of a function, the same source gives the error that its author understands.
  v8::ScriptCompiler::Source input(ToV8(isolate_, source), OriginOf(index + 1, 0, false));
  v8::Local<v8::String> parameters[std::size(kWrapperParameters)];
  std::transform(std::begin(kWrapperParameters), std::end(kWrapperParameters), parameters,
                 [this](std::string_view name) { return Name(isolate_, name); });
  if (!v8::ScriptCompiler::CompileFunction(isolate_->GetCurrentContext(), &input, std::size(parameters), parameters)
           .IsEmpty()) {
    isolate_->ThrowException(exception);
  }
  return {};
}

v8::MaybeLocal<v8::Module> FunctionCode::EsModule(size_t index) { return CompileModule(index + 1); }

}  // namespace mayfly::runtime::js
