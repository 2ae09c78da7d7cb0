#include "runtime/js/modules.h"

#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "absl/base/optimization.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "runtime/js/v8_strings.h"

namespace mayfly::runtime::js {
namespace {

void ThrowWithCode(v8::Isolate* isolate, std::string_view message, std::string_view code) {
  const v8::Local<v8::Context> context = isolate->GetCurrentContext();
  const v8::Local<v8::Object> error = v8::Exception::Error(ToV8(isolate, message)).As<v8::Object>();
  std::ignore = error->CreateDataProperty(context, Name(isolate, "code"), ToV8(isolate, code));
  isolate->ThrowException(error);
}

void Set(v8::Local<v8::Context> context, v8::Local<v8::Object> object, std::string_view name,
         v8::Local<v8::Value> value) {
  std::ignore = object->CreateDataProperty(context, Name(context->GetIsolate(), name), value);
}

// A JSON dependency's value. Its SyntaxError names the dependency, which the parser knows nothing of.
v8::MaybeLocal<v8::Value> ParseJson(v8::Local<v8::Context> context, const Module& dependency) {
  v8::Isolate* const isolate = context->GetIsolate();
  v8::TryCatch caught(isolate);
  v8::Local<v8::Value> value;
  if (v8::JSON::Parse(context, ToV8(isolate, dependency.source)).ToLocal(&value)) return value;
  if (!caught.HasTerminated()) {
    const v8::Local<v8::String> fault = caught.Message()->Get();
    caught.Reset();
    isolate->ThrowException(v8::Exception::SyntaxError(ToV8(
        isolate,
        absl::StrCat(dependency.name, ": ", absl::StripPrefix(ToUtf8(isolate, fault), "Uncaught SyntaxError: ")))));
  }
  caught.ReThrow();
  return {};
}

// The names a CommonJS module exports to an import: its own enumerable properties, beside `default`.
std::vector<v8::Local<v8::String>> ExportNames(v8::Local<v8::Context> context, v8::Local<v8::Value> exports) {
  v8::Isolate* const isolate = context->GetIsolate();
  std::vector<v8::Local<v8::String>> names = {Name(isolate, "default")};
  v8::Local<v8::Array> keys;
  const v8::TryCatch ignore(isolate);
  if (!exports->IsObject() || exports->IsProxy() ||
      !exports.As<v8::Object>()
           ->GetOwnPropertyNames(context, v8::ONLY_ENUMERABLE, v8::KeyConversionMode::kConvertToString)
           .ToLocal(&keys)) {
    return names;
  }
  for (uint32_t i = 0; i < keys->Length(); ++i) {
    v8::Local<v8::Value> key;
    if (!keys->Get(context, i).ToLocal(&key) || !key->IsString() || key->StrictEquals(names[0])) continue;
    names.push_back(key.As<v8::String>());
  }
  return names;
}

}  // namespace

Modules::Modules(Realm& realm, FunctionCode& code) : realm_(realm), isolate_(realm.isolate()), code_(code) {
  realm_.set_modules(this);
}

Modules::~Modules() { realm_.set_modules(nullptr); }

void Modules::Watch(v8::Isolate* isolate) {
  isolate->SetHostImportModuleDynamicallyCallback(OnImport);
  isolate->SetHostInitializeImportMetaObjectCallback(OnImportMeta);
}

v8::Maybe<size_t> Modules::Resolve(std::string_view referrer, v8::Local<v8::String> specifier) {
  const std::string name = ToUtf8(isolate_, specifier);
  if (const std::optional<size_t> index = code_.names().Resolve(referrer, name)) return v8::Just(*index);
  ThrowWithCode(isolate_, code_.names().NotFoundMessage(name), "MODULE_NOT_FOUND");
  return v8::Nothing<size_t>();
}

// --- CommonJS

v8::MaybeLocal<v8::Function> Modules::MakeRequire(std::string_view referrer) {
  const v8::Local<v8::Context> context = realm_.context();
  const v8::Local<v8::String> name = ToV8(isolate_, referrer);
  v8::Local<v8::Function> require;
  v8::Local<v8::Function> resolve;
  if (!v8::Function::New(context, OnRequire, name, 1, v8::ConstructorBehavior::kThrow).ToLocal(&require)) return {};
  if (!v8::Function::New(context, OnRequireResolve, name, 1, v8::ConstructorBehavior::kThrow).ToLocal(&resolve))
    return {};
  require->SetName(Name(isolate_, "require"));
  resolve->SetName(Name(isolate_, "resolve"));
  Set(context, require, "resolve", resolve);
  Set(context, require, "cache", v8::Object::New(isolate_, v8::Null(isolate_), nullptr, nullptr, 0));
  Set(context, require, "main", v8::Undefined(isolate_));
  return require;
}

void Modules::OnRequire(const v8::FunctionCallbackInfo<v8::Value>& arguments) {
  v8::Isolate* const isolate = arguments.GetIsolate();
  Realm* const realm = Realm::Current(isolate);
  if (realm == nullptr || realm->modules() == nullptr) return;
  Modules& modules = *realm->modules();
  if (!arguments[0]->IsString()) {
    isolate->ThrowException(v8::Exception::TypeError(ToV8(isolate, "require: the name is not a string")));
    return;
  }
  size_t index;
  const std::string referrer = ToUtf8(isolate, arguments.Data().As<v8::String>());
  if (!modules.Resolve(referrer, arguments[0].As<v8::String>()).To(&index)) return;
  v8::Local<v8::Value> exports;
  if (modules.Require(index).ToLocal(&exports)) arguments.GetReturnValue().Set(exports);
}

void Modules::OnRequireResolve(const v8::FunctionCallbackInfo<v8::Value>& arguments) {
  v8::Isolate* const isolate = arguments.GetIsolate();
  Realm* const realm = Realm::Current(isolate);
  v8::Local<v8::String> specifier;
  if (realm == nullptr || realm->modules() == nullptr) return;
  if (!arguments[0]->ToString(isolate->GetCurrentContext()).ToLocal(&specifier)) return;
  size_t index;
  const std::string referrer = ToUtf8(isolate, arguments.Data().As<v8::String>());
  if (!realm->modules()->Resolve(referrer, specifier).To(&index)) return;
  arguments.GetReturnValue().Set(ToV8(isolate, realm->modules()->code_.dependency(index).name));
}

v8::MaybeLocal<v8::Value> Modules::Require(size_t index) {
  ModuleFormat format;
  if (!code_.FormatOf(index).To(&format)) return {};
  switch (format) {
    case ModuleFormat::kJson:
      return RequireJson(index);
    case ModuleFormat::kCommonJs:
      return RequireCommonJs(index);
    case ModuleFormat::kEsModule:
      return RequireEsModule(index);
  }
  ABSL_UNREACHABLE();
}

v8::MaybeLocal<v8::Value> Modules::RequireJson(size_t index) {
  if (const auto found = json_.find(index); found != json_.end()) return found->second.Get(isolate_);
  v8::Local<v8::Value> value;
  if (!ParseJson(realm_.context(), code_.dependency(index)).ToLocal(&value)) return {};
  json_.emplace(index, v8::Global<v8::Value>(isolate_, value));
  return value;
}

v8::Local<v8::Object> Modules::NewModuleObject(size_t index) {
  const v8::Local<v8::Context> context = realm_.context();
  const v8::Local<v8::Object> module = v8::Object::New(isolate_);
  const v8::Local<v8::String> name = ToV8(isolate_, code_.dependency(index).name);
  Set(context, module, "id", name);
  Set(context, module, "filename", name);
  Set(context, module, "exports", v8::Object::New(isolate_));
  Set(context, module, "loaded", v8::False(isolate_));
  Set(context, module, "children", v8::Array::New(isolate_));
  Set(context, module, "paths", v8::Array::New(isolate_));
  return module;
}

v8::MaybeLocal<v8::Value> Modules::RunCommonJs(size_t index, v8::Local<v8::Object> module) {
  const v8::Local<v8::Context> context = realm_.context();
  const std::string& name = code_.dependency(index).name;
  v8::Local<v8::UnboundScript> script;
  v8::Local<v8::Value> function;
  v8::Local<v8::Function> require;
  if (!code_.CommonJsScript(index).ToLocal(&script) ||
      !script->BindToCurrentContext()->Run(context).ToLocal(&function) || !MakeRequire(name).ToLocal(&require)) {
    return {};
  }
  Set(context, module, "require", require);
  const size_t slash = name.rfind('/');
  const v8::Local<v8::Value> exports = module->Get(context, Name(isolate_, "exports")).ToLocalChecked();
  v8::Local<v8::Value> arguments[] = {
      exports,
      require,
      module,
      ToV8(isolate_, FileOf(name)),
      ToV8(isolate_, slash == std::string::npos ? "." : name.substr(0, slash)),
  };
  if (!function->IsFunction()) return v8::Undefined(isolate_);
  return function.As<v8::Function>()->Call(context, exports, std::size(arguments), arguments);
}

v8::MaybeLocal<v8::Value> Modules::RequireCommonJs(size_t index) {
  const v8::Local<v8::Context> context = realm_.context();
  const v8::Local<v8::String> exports = Name(isolate_, "exports");
  if (const auto found = common_js_.find(index); found != common_js_.end()) {
    return found->second.Get(isolate_)->Get(context, exports);
  }
  const v8::Local<v8::Object> module = NewModuleObject(index);
  // Known before it runs, so that a cycle sees what it has exported so far.
  common_js_.emplace(index, v8::Global<v8::Object>(isolate_, module));
  if (RunCommonJs(index, module).IsEmpty()) {
    common_js_.erase(index);
    return {};
  }
  Set(context, module, "loaded", v8::True(isolate_));
  return module->Get(context, exports);
}

v8::MaybeLocal<v8::Value> Modules::RequireEsModule(size_t index) {
  v8::Local<v8::Module> module;
  if (!GetEsModule(index).ToLocal(&module)) return {};
  if (module->GetStatus() == v8::Module::kUninstantiated &&
      module->InstantiateModule(realm_.context(), OnResolve).IsNothing()) {
    return {};
  }
  const std::string& name = code_.dependency(index).name;
  if (module->GetStatus() == v8::Module::kInstantiating || module->GetStatus() == v8::Module::kEvaluating) {
    ThrowWithCode(isolate_, absl::StrCat("require: the ES module '", name, "' is still being loaded: a cycle"),
                  "ERR_REQUIRE_CYCLE_MODULE");
    return {};
  }
  if (module->IsGraphAsync()) {
    ThrowWithCode(isolate_, absl::StrCat("require: the ES module '", name, "' has top-level await; use import()"),
                  "ERR_REQUIRE_ASYNC_MODULE");
    return {};
  }
  v8::Local<v8::Promise> evaluated;
  if (!Evaluate(module).ToLocal(&evaluated)) return {};
  if (evaluated->State() == v8::Promise::kRejected) {
    evaluated->MarkAsHandled();
    isolate_->ThrowException(evaluated->Result());
    return {};
  }
  return module->GetModuleNamespace();
}

// --- ES modules

void Modules::Remember(v8::Local<v8::Module> module, size_t index) {
  es_modules_.emplace(index, v8::Global<v8::Module>(isolate_, module));
}

std::string_view Modules::NameOf(v8::Local<v8::Module> module) const {
  for (const auto& [index, known] : es_modules_) {
    if (known == module) return code_.dependency(index).name;
  }
  return "";
}

v8::MaybeLocal<v8::Module> Modules::GetEsModule(size_t index) {
  if (const auto found = es_modules_.find(index); found != es_modules_.end()) return found->second.Get(isolate_);
  ModuleFormat format;
  if (!code_.FormatOf(index).To(&format)) return {};
  if (format != ModuleFormat::kEsModule) return MakeSynthetic(index);
  v8::Local<v8::Module> module;
  if (!code_.EsModule(index).ToLocal(&module)) return {};
  Remember(module, index);
  return module;
}

// A CommonJS or JSON dependency as an import sees it. It runs here, when it is linked: only then are its names known.
v8::MaybeLocal<v8::Module> Modules::MakeSynthetic(size_t index) {
  v8::Local<v8::Value> exports;
  if (!Require(index).ToLocal(&exports)) return {};
  if (const auto found = es_modules_.find(index); found != es_modules_.end()) return found->second.Get(isolate_);
  const std::vector<v8::Local<v8::String>> names = ExportNames(realm_.context(), exports);
  const v8::Local<v8::Module> module = v8::Module::CreateSyntheticModule(
      isolate_, ToV8(isolate_, code_.dependency(index).name),
      v8::MemorySpan<const v8::Local<v8::String>>(names.data(), names.size()), OnEvaluateSynthetic);
  Remember(module, index);
  return module;
}

v8::MaybeLocal<v8::Value> Modules::OnEvaluateSynthetic(v8::Local<v8::Context> context, v8::Local<v8::Module> module) {
  v8::Isolate* const isolate = context->GetIsolate();
  Realm* const realm = Realm::Of(context);
  v8::Local<v8::Promise::Resolver> resolver;
  if (realm == nullptr || !v8::Promise::Resolver::New(context).ToLocal(&resolver)) return {};
  Modules& modules = *realm->modules();
  size_t index;
  v8::Local<v8::Value> exports;
  if (!modules.Resolve("", ToV8(isolate, modules.NameOf(module))).To(&index)) return {};
  if (!modules.Require(index).ToLocal(&exports)) return {};
  for (const v8::Local<v8::String> name : ExportNames(context, exports)) {
    v8::Local<v8::Value> value = exports;
    if (!name->StringEquals(Name(isolate, "default")) &&
        !exports.As<v8::Object>()->Get(context, name).ToLocal(&value)) {
      return {};
    }
    // A name that has come since it was linked is not seen.
    const v8::TryCatch ignore(isolate);
    std::ignore = module->SetSyntheticModuleExport(isolate, name, value);
  }
  resolver->Resolve(context, v8::Undefined(isolate)).Check();
  return resolver->GetPromise();
}

v8::MaybeLocal<v8::Module> Modules::OnResolve(v8::Local<v8::Context> context, v8::Local<v8::String> specifier,
                                              v8::Local<v8::FixedArray> attributes, v8::Local<v8::Module> referrer) {
  Modules& modules = *Realm::Of(context)->modules();
  size_t index;
  if (!modules.Resolve(modules.NameOf(referrer), specifier).To(&index)) return {};
  return modules.GetEsModule(index);
}

v8::MaybeLocal<v8::Promise> Modules::Evaluate(v8::Local<v8::Module> module) {
  const v8::Local<v8::Context> context = realm_.context();
  if (module->GetStatus() == v8::Module::kUninstantiated && module->InstantiateModule(context, OnResolve).IsNothing()) {
    return {};
  }
  v8::Local<v8::Value> evaluated;
  if (!module->Evaluate(context).ToLocal(&evaluated)) return {};
  return evaluated.As<v8::Promise>();
}

v8::MaybeLocal<v8::Promise> Modules::EvaluateMain() {
  v8::Local<v8::Module> module;
  if (!code_.MainModule().ToLocal(&module)) return {};
  main_.Reset(isolate_, module);
  v8::Local<v8::Promise> evaluated;
  if (!Evaluate(module).ToLocal(&evaluated)) return {};
  evaluated->MarkAsHandled();
  return evaluated;
}

v8::Local<v8::Object> Modules::MainNamespace() { return main_.Get(isolate_)->GetModuleNamespace().As<v8::Object>(); }

v8::MaybeLocal<v8::Promise> Modules::Import(std::string_view referrer, v8::Local<v8::String> specifier) {
  const v8::Local<v8::Context> context = realm_.context();
  size_t index;
  v8::Local<v8::Module> module;
  v8::Local<v8::Promise> evaluated;
  v8::Local<v8::Function> give_namespace;
  if (!Resolve(referrer, specifier).To(&index) || !GetEsModule(index).ToLocal(&module) ||
      !Evaluate(module).ToLocal(&evaluated)) {
    return {};
  }
  const auto give = [](const v8::FunctionCallbackInfo<v8::Value>& arguments) {
    arguments.GetReturnValue().Set(arguments.Data());
  };
  if (!v8::Function::New(context, give, module->GetModuleNamespace()).ToLocal(&give_namespace)) return {};
  return evaluated->Then(context, give_namespace);
}

v8::MaybeLocal<v8::Promise> Modules::OnImport(v8::Local<v8::Context> context, v8::Local<v8::Data> options,
                                              v8::Local<v8::Value> resource_name, v8::Local<v8::String> specifier,
                                              v8::Local<v8::FixedArray> attributes) {
  v8::Isolate* const isolate = context->GetIsolate();
  Realm* const realm = Realm::Of(context);
  v8::Local<v8::Promise::Resolver> resolver;
  if (realm == nullptr || !v8::Promise::Resolver::New(context).ToLocal(&resolver)) return {};
  v8::TryCatch caught(isolate);
  v8::Local<v8::Promise> imported;
  if (realm->modules()->Import(realm->modules()->code_.ReferrerName(options), specifier).ToLocal(&imported)) {
    return imported;
  }
  if (!caught.CanContinue()) {
    caught.ReThrow();
    return {};
  }
  resolver->Reject(context, caught.Exception()).Check();
  return resolver->GetPromise();
}

void Modules::OnImportMeta(v8::Local<v8::Context> context, v8::Local<v8::Module> module, v8::Local<v8::Object> meta) {
  v8::Isolate* const isolate = context->GetIsolate();
  Realm* const realm = Realm::Of(context);
  if (realm == nullptr) return;
  const Modules& modules = *realm->modules();
  const std::string_view name = modules.NameOf(module);
  const std::string file = name.empty() ? absl::StrCat(modules.code_.request().function_id, ".js") : FileOf(name);
  Set(context, meta, "url", ToV8(isolate, absl::StrCat("file:///", file)));
}

}  // namespace mayfly::runtime::js
