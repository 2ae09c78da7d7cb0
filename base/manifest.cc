#include "base/manifest.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/log/check.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/error.h"
#include "base/function_name.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/nearest.h"
#include "base/reason.h"
#include "base/utf8.h"
#include "mayfly/v1/function.pb.h"

namespace mayfly {
namespace {

constexpr char kJs[] = "js";
constexpr char kPython[] = "python";
constexpr char kHandlerDefault[] = "handler";
constexpr char kIsolated[] = "isolated";
constexpr char kMain[] = "main";

// How much of a bad value an error repeats.
constexpr size_t kShownBytesMax = 64;

// Other names people use, so that the error names ours.
constexpr std::pair<std::string_view, std::string_view> kLanguageAliases[] = {
    {"javascript", kJs}, {"ecmascript", kJs}, {"node", kJs},   {"nodejs", kJs},      {"mjs", kJs},
    {"cjs", kJs},        {"v8", kJs},         {"py", kPython}, {"python3", kPython}, {"cpython", kPython},
};

// The words that Python's grammar reserves (keyword.kwlist): none can name a function.
constexpr std::string_view kPythonKeywords[] = {
    "False", "None",     "True",  "and",    "as",   "assert", "async",  "await",    "break",
    "class", "continue", "def",   "del",    "elif", "else",   "except", "finally",  "for",
    "from",  "global",   "if",    "import", "in",   "is",     "lambda", "nonlocal", "not",
    "or",    "pass",     "raise", "return", "try",  "while",  "with",   "yield",
};

std::string Shown(std::string_view text) { return EscapedPrefix(text, kShownBytesMax); }

bool IsIdentifier(std::string_view text, std::string_view also) {
  if (text.empty() || absl::ascii_isdigit(text[0])) return false;
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return absl::ascii_isalnum(c) || c == '_' || absl::StrContains(also, c); });
}

bool IsPythonKeyword(std::string_view text) {
  return std::find(std::begin(kPythonKeywords), std::end(kPythonKeywords), text) != std::end(kPythonKeywords);
}

// "; did you mean 'js'?" for the names people use, else for what is nearly spelled as ours.
std::string DidYouMeanLanguage(std::string_view language) {
  for (const auto& [alias, known] : kLanguageAliases) {
    if (absl::EqualsIgnoreCase(language, alias)) return absl::StrCat("; did you mean '", known, "'?");
  }
  return DidYouMean(language, {kJs, kPython});
}

// Collects the violations of one manifest.
class Validator {
 public:
  Validator(const v1::Manifest& manifest, std::string_view path_prefix, size_t bytes_max)
      : manifest_(manifest), prefix_(path_prefix), bytes_max_(bytes_max) {}

  absl::Status Validate() {
    CheckId();
    CheckLanguage();
    CheckFunctionName();
    CheckModule();
    CheckSource("source", manifest_.source());
    if (manifest_.source().empty()) Violation("source", "is required: the function's source text");
    CheckDependencies();
    CheckWarmUpEvents();
    CheckInterpreter();
    CheckRanges();
    if (violation_count_ == 0) return CheckSize();
    return Result();
  }

 private:
  bool is_python() const { return manifest_.language_id() == kPython; }

  void Violation(std::string_view field, std::string_view description) {
    if (++violation_count_ > kViolationsShownMax) return;
    violations_.push_back({.field = absl::StrCat(prefix_, field), .description = std::string(description)});
  }

  void CheckId() {
    if (manifest_.id().empty() || IsValidId(manifest_.id())) return;
    Violation("id", absl::StrCat("'", Shown(manifest_.id()),
                                 "' is not an id: a letter or digit, then up to 127 letters, digits, '.', '_' or '-'"));
  }

  void CheckLanguage() {
    const std::string& language = manifest_.language_id();
    if (language == kJs || language == kPython) return;
    if (language.empty()) return Violation("languageId", "is required: 'js' or 'python'");
    Violation("languageId",
              absl::StrCat("'", Shown(language), "' is no language of Mayfly, which has 'js' and 'python'",
                           DidYouMeanLanguage(language)));
  }

  void CheckFunctionName() {
    const std::string& name = manifest_.function_name();
    if (name.empty()) return;
    if (name.size() > kHandlerNameBytesMax) {
      return Violation("functionName", absl::StrCat("is longer than ", kHandlerNameBytesMax, " bytes"));
    }
    if (is_python() && IsPythonKeyword(name)) {
      return Violation("functionName", absl::StrCat("'", name, "' is a keyword of Python"));
    }
    if (IsIdentifier(name, is_python() ? "" : "$")) return;
    Violation("functionName", absl::StrCat("'", Shown(name), "' is not an identifier: ASCII letters, digits",
                                           is_python() ? " and '_'" : ", '_' and '$'", ", no digit first"));
  }

  void CheckModule() {
    if (is_python() && manifest_.js_eval_as_module()) Violation("jsEvalAsModule", "is for 'js' only");
  }

  void CheckSource(std::string_view field, std::string_view source) {
    if (!IsUtf8(source)) return Violation(field, "is not UTF-8");
    const size_t nul = source.find('\0');
    if (!is_python() || nul == std::string_view::npos) return;
    const auto line = 1 + std::count(source.begin(), source.begin() + static_cast<ptrdiff_t>(nul), '\n');
    Violation(field, absl::StrCat("holds a NUL character on line ", line, ", which Python does not take"));
  }

  void CheckDependencies() {
    const size_t count = manifest_.dependencies().size();
    if (count > kDependenciesMax) {
      return Violation("dependencies", absl::StrCat("are ", count, "; at most ", kDependenciesMax, " are taken"));
    }
    // Protobuf's maps have no order; errors have one.
    std::vector<const std::string*> names;
    for (const auto& [name, dependency] : manifest_.dependencies()) names.push_back(&name);
    std::sort(names.begin(), names.end(), [](const auto* a, const auto* b) { return *a < *b; });
    for (const std::string* name : names) CheckDependency(*name, manifest_.dependencies().at(*name));
  }

  void CheckDependency(const std::string& name, const v1::Dependency& dependency) {
    if (name.empty()) return Violation("dependencies", "hold a module without a name");
    const std::string field = absl::StrCat("dependencies.", Shown(name));
    if (name.size() > kDependencyNameBytesMax) {
      return Violation(field, absl::StrCat("has a name longer than ", kDependencyNameBytesMax, " bytes"));
    }
    if (!IsUtf8(name)) return Violation(field, "has a name that is not UTF-8");
    if (is_python() ? !IsDottedName(name) : HasControlCharacter(name)) {
      return Violation(field, is_python() ? "is not a Python module's name: identifiers joined by '.'"
                                          : "has a control character in its name");
    }
    CheckSource(absl::StrCat(field, ".source"), dependency.source());
  }

  void CheckWarmUpEvents() {
    const int count = manifest_.warmup_events_size();
    if (count > static_cast<int>(kWarmUpEventsMax)) {
      return Violation("warmupEvents", absl::StrCat("are ", count, "; at most ", kWarmUpEventsMax, " are taken"));
    }
    for (int i = 0; i < count; ++i) CheckWarmUpEvent(absl::StrCat("warmupEvents[", i, "]"), manifest_.warmup_events(i));
  }

  void CheckWarmUpEvent(std::string_view field, std::string_view event) {
    if (event.size() > kEventBytesMax) {
      return Violation(field, absl::StrCat("is ", event.size(), " bytes long; at most ", kEventBytesMax, " are taken"));
    }
    const absl::Status valid = ValidateJson(event, reason::kManifestInvalid, "it");
    if (!valid.ok()) Violation(field, absl::StrCat("is no JSON: ", valid.message()));
  }

  void CheckInterpreter() {
    const std::string& interpreter = manifest_.python_interpreter();
    if (interpreter.empty()) return;
    if (manifest_.language_id() == kJs) return Violation("pythonInterpreter", "is for 'python' only");
    if (interpreter == kIsolated || interpreter == kMain) return;
    Violation("pythonInterpreter", absl::StrCat("'", Shown(interpreter), "' is neither 'isolated' nor 'main'",
                                                DidYouMean(interpreter, {kIsolated, kMain})));
  }

  static bool IsDottedName(std::string_view name) {
    const std::vector<std::string_view> parts = absl::StrSplit(name, '.');
    return std::all_of(parts.begin(), parts.end(), [](std::string_view part) { return IsIdentifier(part, ""); });
  }

  static bool HasControlCharacter(std::string_view name) {
    return std::any_of(name.begin(), name.end(), [](char c) { return absl::ascii_iscntrl(c); });
  }

  void CheckRanges() {
    const int64_t timeout = manifest_.timeout_millis();
    if (timeout != 0 &&
        (timeout < absl::ToInt64Milliseconds(kTimeoutMin) || timeout > absl::ToInt64Milliseconds(kTimeoutMax))) {
      Violation("timeoutMillis", absl::StrCat(timeout, " is not within ", absl::ToInt64Milliseconds(kTimeoutMin),
                                              " and ", absl::ToInt64Milliseconds(kTimeoutMax)));
    }
    const int memory = manifest_.memory_limit_mib();
    if (memory != 0 && (memory < kMemoryLimitMibMin || memory > kMemoryLimitMibMax)) {
      Violation("memoryLimitMib",
                absl::StrCat(memory, " is not within ", kMemoryLimitMibMin, " and ", kMemoryLimitMibMax));
    }
  }

  absl::Status CheckSize() const {
    // Not the handler's name: its default may be filled in before the manifest is looked at again.
    size_t bytes = manifest_.source().size();
    for (const auto& [name, dependency] : manifest_.dependencies()) bytes += name.size() + dependency.source().size();
    for (const std::string& event : manifest_.warmup_events()) bytes += event.size();
    if (bytes <= bytes_max_) return absl::OkStatus();
    const char* others = manifest_.warmup_events().empty() ? "the dependencies" : "the dependencies and warm-up events";
    return MakeError(absl::StatusCode::kResourceExhausted, reason::kSourceTooLarge,
                     absl::StrCat("The source and ", others, " are ", bytes, " bytes together; at most ", bytes_max_,
                                  " are taken."));
  }

  absl::Status Result() {
    if (violation_count_ > kViolationsShownMax) {
      violations_.push_back(
          {.field = "", .description = absl::StrCat("and ", violation_count_ - kViolationsShownMax, " more")});
    }
    return MakeFieldError(reason::kManifestInvalid, violations_);
  }

  const v1::Manifest& manifest_;
  const std::string_view prefix_;
  const size_t bytes_max_;
  size_t violation_count_ = 0;
  std::vector<FieldViolation> violations_;
};

// Hashes a sequence of values, each with its length before it, so that no two sequences run together.
class ContentHash {
 public:
  ContentHash() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    CHECK(context_ != nullptr && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
  }

  void Add(std::string_view text) {
    Add(static_cast<int64_t>(text.size()));
    CHECK(EVP_DigestUpdate(context_.get(), text.data(), text.size()) == 1);
  }

  void Add(int64_t value) {
    std::array<uint8_t, sizeof(value)> bytes;
    for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<uint8_t>(static_cast<uint64_t>(value) >> (8 * i));
    CHECK(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
  }

  std::string Hex() {
    std::string digest(EVP_MAX_MD_SIZE, '\0');
    unsigned int size = 0;
    CHECK(EVP_DigestFinal_ex(context_.get(), reinterpret_cast<unsigned char*>(digest.data()), &size) == 1);
    return absl::BytesToHexString(std::string_view(digest).substr(0, size));
  }

 private:
  std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context_;
};

}  // namespace

absl::Status ValidateManifest(const v1::Manifest& manifest, std::string_view path_prefix, size_t bytes_max) {
  return Validator(manifest, path_prefix, bytes_max).Validate();
}

void FillManifestDefaults(v1::Manifest& manifest) {
  if (manifest.function_name().empty()) manifest.set_function_name(kHandlerDefault);
  if (manifest.timeout_millis() == 0) {
    manifest.set_timeout_millis(static_cast<int32_t>(absl::ToInt64Milliseconds(kTimeoutDefault)));
  }
  if (manifest.memory_limit_mib() == 0) manifest.set_memory_limit_mib(kMemoryLimitMibDefault);
  if (manifest.language_id() == kPython && manifest.python_interpreter().empty()) {
    manifest.set_python_interpreter(kIsolated);
  }
}

std::string ManifestSha256(const v1::Manifest& manifest) {
  std::vector<const std::string*> names;
  for (const auto& [name, dependency] : manifest.dependencies()) names.push_back(&name);
  std::sort(names.begin(), names.end(), [](const auto* a, const auto* b) { return *a < *b; });
  ContentHash hash;
  hash.Add("mayfly.v1.Manifest");
  hash.Add(manifest.language_id());
  hash.Add(manifest.function_name());
  hash.Add(manifest.js_eval_as_module() ? 1 : 0);
  hash.Add(manifest.timeout_millis());
  hash.Add(manifest.memory_limit_mib());
  hash.Add(manifest.source());
  hash.Add(static_cast<int64_t>(names.size()));
  for (const std::string* name : names) {
    hash.Add(*name);
    hash.Add(manifest.dependencies().at(*name).source());
  }
  // What not every manifest has comes last and only where it is, so that those without it keep their hash.
  if (manifest.python_interpreter() == kMain) {
    hash.Add("pythonInterpreter");
    hash.Add(kMain);
  }
  if (!manifest.warmup_events().empty()) {
    hash.Add("warmupEvents");
    for (const std::string& event : manifest.warmup_events()) hash.Add(event);
  }
  return hash.Hex();
}

}  // namespace mayfly
