#include "base/manifest.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/reason.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "mayfly/v1/function.pb.h"

namespace mayfly {
namespace {

v1::Manifest JsManifest() {
  v1::Manifest manifest;
  manifest.set_language_id("js");
  manifest.set_source("function handler(event) { return event; }");
  return manifest;
}

v1::Manifest PythonManifest() {
  v1::Manifest manifest;
  manifest.set_language_id("python");
  manifest.set_source("def handler(event):\n    return event\n");
  return manifest;
}

void AddDependency(v1::Manifest& manifest, const std::string& name, const std::string& source) {
  (*manifest.mutable_dependencies())[name].set_source(source);
}

// "field: description" of each violation.
std::vector<std::string> Violations(const absl::Status& status) {
  std::vector<std::string> violations;
  google::rpc::BadRequest bad_request;
  const google::rpc::Status rpc_status = ToRpcStatus(status);
  for (const auto& detail : rpc_status.details()) {
    if (!detail.UnpackTo(&bad_request)) continue;
    for (const auto& violation : bad_request.field_violations()) {
      violations.push_back(violation.field() + ": " + violation.description());
    }
  }
  return violations;
}

// The only violation of a manifest.
std::string Violation(const v1::Manifest& manifest) {
  const absl::Status status = ValidateManifest(manifest, "");
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  EXPECT_EQ(ErrorReason(status), reason::kManifestInvalid);
  const std::vector<std::string> violations = Violations(status);
  EXPECT_EQ(violations.size(), 1u) << status;
  return violations.empty() ? "" : violations[0];
}

// What is said of a manifest that is valid but too large.
std::string TooLarge(const v1::Manifest& manifest, size_t bytes_max = kManifestBytesMax) {
  const absl::Status status = ValidateManifest(manifest, "", bytes_max);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
  EXPECT_EQ(ErrorReason(status), reason::kSourceTooLarge);
  return std::string(status.message());
}

TEST(ManifestTest, TakesTheLeastAndTheMost) {
  EXPECT_TRUE(ValidateManifest(JsManifest(), "").ok());
  v1::Manifest manifest = PythonManifest();
  manifest.set_id(std::string(128, 'a'));
  manifest.set_function_name("_main9");
  manifest.set_timeout_millis(300'000);
  manifest.set_memory_limit_mib(4096);
  AddDependency(manifest, "pkg", "");
  AddDependency(manifest, "pkg.mod", "x = 'ü'");
  EXPECT_TRUE(ValidateManifest(manifest, "").ok());
}

TEST(ManifestTest, NamesTheLanguageThatWasMeant) {
  const std::pair<std::string, std::string> cases[] = {{"javascript", "js"},  {"Node", "js"},
                                                       {"JS", "js"},          {"py", "python"},
                                                       {"python3", "python"}, {"pyhton", "python"}};
  for (const auto& [language, meant] : cases) {
    v1::Manifest manifest = JsManifest();
    manifest.set_language_id(language);
    EXPECT_EQ(Violation(manifest), "languageId: '" + language +
                                       "' is no language of Mayfly, which has 'js' and 'python'; did you mean '" +
                                       meant + "'?");
  }
  v1::Manifest manifest = JsManifest();
  manifest.set_language_id("cobol-85-standard");
  EXPECT_EQ(Violation(manifest),
            "languageId: 'cobol-85-standard' is no language of Mayfly, which has 'js' and 'python'");
}

TEST(ManifestTest, NamesAllViolationsAtOnceUnderThePrefix) {
  v1::Manifest manifest;
  manifest.set_id("-x");
  manifest.set_timeout_millis(-1);
  manifest.set_memory_limit_mib(31);
  EXPECT_EQ(Violations(ValidateManifest(manifest, "manifest.")),
            (std::vector<std::string>{
                "manifest.id: '-x' is not an id: a letter or digit, then up to 127 letters, digits, '.', '_' or '-'",
                "manifest.languageId: is required: 'js' or 'python'",
                "manifest.source: is required: the function's source text",
                "manifest.timeoutMillis: -1 is not within 1 and 300000",
                "manifest.memoryLimitMib: 31 is not within 32 and 4096",
            }));
}

TEST(ManifestTest, TakesHandlersThatTheLanguageCanName) {
  v1::Manifest manifest = JsManifest();
  manifest.set_function_name("$on_Event2");
  EXPECT_TRUE(ValidateManifest(manifest, "").ok());
  manifest.set_function_name("2nd");
  EXPECT_EQ(Violation(manifest),
            "functionName: '2nd' is not an identifier: ASCII letters, digits, '_' and '$', no digit first");
  manifest.set_function_name(std::string(129, 'f'));
  EXPECT_EQ(Violation(manifest), "functionName: is longer than 128 bytes");
  manifest = PythonManifest();
  manifest.set_function_name("$x");
  EXPECT_EQ(Violation(manifest),
            "functionName: '$x' is not an identifier: ASCII letters, digits and '_', no digit first");
  manifest.set_function_name("lambda");
  EXPECT_EQ(Violation(manifest), "functionName: 'lambda' is a keyword of Python");
}

TEST(ManifestTest, RefusesModulesInPython) {
  v1::Manifest manifest = PythonManifest();
  manifest.set_js_eval_as_module(true);
  EXPECT_EQ(Violation(manifest), "jsEvalAsModule: is for 'js' only");
}

TEST(ManifestTest, RefusesWhatIsNotUtf8) {
  v1::Manifest manifest = JsManifest();
  manifest.set_source("\xFF");
  EXPECT_EQ(Violation(manifest), "source: is not UTF-8");
  manifest = JsManifest();
  AddDependency(manifest, "greeter", "\xC0\x80");
  EXPECT_EQ(Violation(manifest), "dependencies.greeter.source: is not UTF-8");
  manifest = JsManifest();
  AddDependency(manifest, "a\xFF", "");
  EXPECT_EQ(Violation(manifest), "dependencies.a\\xff: has a name that is not UTF-8");
}

TEST(ManifestTest, RefusesNulInPythonOnly) {
  v1::Manifest manifest = PythonManifest();
  manifest.set_source(std::string("x = 1\ny = '\0'", 13));
  EXPECT_EQ(Violation(manifest), "source: holds a NUL character on line 2, which Python does not take");
  manifest = JsManifest();
  manifest.set_source(std::string("var x = '\0'", 11));
  EXPECT_TRUE(ValidateManifest(manifest, "").ok());
}

TEST(ManifestTest, RefusesDependencyNamesThatCannotBeImported) {
  v1::Manifest manifest = JsManifest();
  AddDependency(manifest, "@scope/pkg/lib.js", "");
  EXPECT_TRUE(ValidateManifest(manifest, "").ok());
  AddDependency(manifest, "a\nb", "");
  EXPECT_EQ(Violation(manifest), "dependencies.a\\nb: has a control character in its name");
  manifest = JsManifest();
  AddDependency(manifest, "", "");
  EXPECT_EQ(Violation(manifest), "dependencies: hold a module without a name");
  manifest = JsManifest();
  AddDependency(manifest, std::string(257, 'd'), "");
  EXPECT_EQ(Violation(manifest), "dependencies." + std::string(64, 'd') + ": has a name longer than 256 bytes");
  for (const char* name : {"a..b", ".a", "a.", "a-b", "a/b"}) {
    manifest = PythonManifest();
    AddDependency(manifest, name, "");
    EXPECT_EQ(Violation(manifest),
              std::string("dependencies.") + name + ": is not a Python module's name: identifiers joined by '.'");
  }
}

TEST(ManifestTest, BoundsCountAndSize) {
  v1::Manifest manifest = JsManifest();
  for (size_t i = 0; i < kDependenciesMax; ++i) AddDependency(manifest, std::to_string(i), "");
  EXPECT_TRUE(ValidateManifest(manifest, "").ok());
  AddDependency(manifest, "one more", "");
  EXPECT_EQ(Violation(manifest), "dependencies: are 2001; at most 2000 are taken");
  manifest = JsManifest();
  manifest.set_source(std::string(kManifestBytesMax - 4, ' '));
  AddDependency(manifest, "ab", "cd");
  EXPECT_TRUE(ValidateManifest(manifest, "").ok());
  AddDependency(manifest, "ab", "cde");
  EXPECT_EQ(TooLarge(manifest),
            "The source and the dependencies are 16777217 bytes together; at most 16777216 are taken.");
  AddDependency(manifest, "ab", "c");
  manifest.add_warmup_events("1");
  EXPECT_TRUE(ValidateManifest(manifest, "").ok());
  manifest.set_warmup_events(0, "12");
  EXPECT_EQ(
      TooLarge(manifest),
      "The source and the dependencies and warm-up events are 16777217 bytes together; at most 16777216 are taken.");
  manifest.set_function_name("a-b");
  EXPECT_TRUE(Violation(manifest).starts_with("functionName: "));  // what is wrong is said before what is too much
}

TEST(ManifestTest, ALowerBoundOfItsSizeCounts) {
  v1::Manifest manifest = JsManifest();
  const size_t bytes = manifest.source().size();
  manifest.set_function_name("handler");
  EXPECT_TRUE(ValidateManifest(manifest, "", bytes).ok());
  EXPECT_EQ(TooLarge(manifest, bytes - 1), absl::StrCat("The source and the dependencies are ", bytes,
                                                        " bytes together; at most ", bytes - 1, " are taken."));
}

TEST(ManifestTest, TakesWarmUpEventsThatAreJson) {
  v1::Manifest manifest = JsManifest();
  for (size_t i = 0; i < kWarmUpEventsMax; ++i) manifest.add_warmup_events(R"({"n": 1e400})");
  EXPECT_TRUE(ValidateManifest(manifest, "").ok());
  manifest.add_warmup_events("1");
  EXPECT_EQ(Violation(manifest), "warmupEvents: are 17; at most 16 are taken");
  manifest.clear_warmup_events();
  manifest.add_warmup_events("null");
  manifest.add_warmup_events("{");
  EXPECT_TRUE(Violation(manifest).starts_with("warmupEvents[1]: is no JSON: "));
  manifest.set_warmup_events(1, std::string(kEventBytesMax - 2, ' ') + "10");
  EXPECT_TRUE(ValidateManifest(manifest, "").ok());
  manifest.set_warmup_events(1, std::string(kEventBytesMax - 2, ' ') + "100");
  EXPECT_EQ(Violation(manifest), "warmupEvents[1]: is 6291457 bytes long; at most 6291456 are taken");
}

TEST(ManifestTest, TakesTheInterpretersOfPython) {
  v1::Manifest manifest = PythonManifest();
  for (const char* interpreter : {"", "isolated", "main"}) {
    manifest.set_python_interpreter(interpreter);
    EXPECT_TRUE(ValidateManifest(manifest, "").ok()) << interpreter;
  }
  manifest.set_python_interpreter("mian");
  EXPECT_EQ(Violation(manifest), "pythonInterpreter: 'mian' is neither 'isolated' nor 'main'; did you mean 'main'?");
  manifest = JsManifest();
  manifest.set_python_interpreter("main");
  EXPECT_EQ(Violation(manifest), "pythonInterpreter: is for 'python' only");
}

TEST(ManifestTest, ShowsTheFirstViolationsAndCountsTheRest) {
  v1::Manifest manifest = PythonManifest();
  for (int i = 10; i < 40; ++i) AddDependency(manifest, std::to_string(i), "");
  const std::vector<std::string> violations = Violations(ValidateManifest(manifest, ""));
  ASSERT_EQ(violations.size(), kViolationsShownMax + 1);
  EXPECT_EQ(violations.front(), "dependencies.10: is not a Python module's name: identifiers joined by '.'");
  EXPECT_EQ(violations.back(), ": and 22 more");
}

TEST(ManifestTest, FillsDefaultsAndKeepsWhatIsSet) {
  v1::Manifest manifest = JsManifest();
  FillManifestDefaults(manifest);
  EXPECT_EQ(manifest.function_name(), "handler");
  EXPECT_EQ(manifest.timeout_millis(), 5000);
  EXPECT_EQ(manifest.memory_limit_mib(), 128);
  manifest.set_function_name("main");
  manifest.set_timeout_millis(1);
  manifest.set_memory_limit_mib(32);
  FillManifestDefaults(manifest);
  EXPECT_EQ(manifest.function_name(), "main");
  EXPECT_EQ(manifest.timeout_millis(), 1);
  EXPECT_EQ(manifest.memory_limit_mib(), 32);
  EXPECT_EQ(manifest.python_interpreter(), "");
  manifest = PythonManifest();
  FillManifestDefaults(manifest);
  EXPECT_EQ(manifest.python_interpreter(), "isolated");
  manifest.set_python_interpreter("main");
  FillManifestDefaults(manifest);
  EXPECT_EQ(manifest.python_interpreter(), "main");
}

TEST(ManifestTest, HashesTheContentAndNotTheId) {
  v1::Manifest manifest = JsManifest();
  FillManifestDefaults(manifest);
  AddDependency(manifest, "a", "1");
  AddDependency(manifest, "b", "2");
  const std::string hash = ManifestSha256(manifest);
  // SHA-256 of "mayfly.v1.Manifest", the fields and the sorted dependencies, each text after its length and each number
  // as eight bytes, least significant first; computed by another program.
  EXPECT_EQ(hash, "5a79fbcc6b5a6cf8d1e319f63bea582468b4fefe1e7d428a3a45a65312656e54");
  manifest.set_id("other");
  EXPECT_EQ(ManifestSha256(manifest), hash);
}

TEST(ManifestTest, TheDefaultInterpreterHashesAsWhatWasStoredWithoutOne) {
  v1::Manifest manifest = PythonManifest();
  const std::string hash = ManifestSha256(manifest);
  manifest.set_python_interpreter("isolated");
  EXPECT_EQ(ManifestSha256(manifest), hash);
}

TEST(ManifestTest, HashesEveryFieldApart) {
  std::vector<v1::Manifest> manifests(13, JsManifest());
  manifests[1].set_language_id("python");
  manifests[2].set_function_name("other");
  manifests[3].set_js_eval_as_module(true);
  manifests[4].set_source("other");
  manifests[5].set_timeout_millis(2);
  manifests[6].set_memory_limit_mib(33);
  AddDependency(manifests[7], "ab", "c");
  AddDependency(manifests[8], "a", "bc");
  manifests[9].set_python_interpreter("main");
  manifests[10].add_warmup_events("12");
  manifests[11].add_warmup_events("1");
  manifests[11].add_warmup_events("2");
  manifests[12].add_warmup_events("2");
  manifests[12].add_warmup_events("1");
  for (size_t i = 0; i < manifests.size(); ++i) {
    for (size_t j = 0; j < i; ++j) EXPECT_NE(ManifestSha256(manifests[i]), ManifestSha256(manifests[j])) << i << j;
  }
}

}  // namespace
}  // namespace mayfly
