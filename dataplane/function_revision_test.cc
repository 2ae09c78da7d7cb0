#include "dataplane/function_revision.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "base/error.h"
#include "dataplane/test_functions.h"
#include "mayfly/v1/function.pb.h"

namespace mayfly::dataplane {
namespace {

TEST(FunctionRevisionTest, TakesAllOfAFunction) {
  v1::Function function = MakeTestFunction("hello", 7);
  (*function.mutable_manifest()->mutable_dependencies())["a"].set_source("A");
  const std::shared_ptr<const FunctionRevision> revision = *MakeFunctionRevision(function);
  EXPECT_EQ(revision->key, (FunctionKey{{"default", "hello"}, 7}));
  EXPECT_EQ(revision->content_sha256, function.content_sha256());
  EXPECT_EQ(revision->language, runtime::Language::kJs);
  EXPECT_EQ(revision->timeout, absl::Seconds(5));
  EXPECT_EQ(revision->load.function_id, "hello");
  EXPECT_EQ(revision->load.handler, "handler");
  EXPECT_EQ(revision->load.kind, runtime::SourceKind::kScript);
  EXPECT_EQ(revision->load.source, kTestSource);
  EXPECT_EQ(revision->load.memory_limit_bytes, 128 << 20);
  ASSERT_EQ(revision->load.dependencies.size(), 2u);
  EXPECT_EQ(revision->load.dependencies[0].name, "a");
  EXPECT_EQ(revision->load.dependencies[1].name, "greeter");
  EXPECT_EQ(revision->Title(), "'hello'");
}

TEST(FunctionRevisionTest, TakesAManifestThatIsStoredNowhere) {
  v1::Manifest manifest;
  manifest.set_language_id("js");
  manifest.set_function_name("f");
  manifest.set_js_eval_as_module(true);
  manifest.set_source("export function f() {}");
  manifest.set_timeout_millis(10);
  manifest.set_memory_limit_mib(32);
  const std::shared_ptr<const FunctionRevision> revision = MakeThrowAwayRevision(std::move(manifest));
  EXPECT_FALSE(revision->stored());
  EXPECT_EQ(revision->load.kind, runtime::SourceKind::kJsModule);
  EXPECT_EQ(revision->load.function_id, "function");
  EXPECT_EQ(revision->Title(), "the source");
}

TEST(FunctionRevisionTest, FindsTheSourceThatAStackNames) {
  const std::shared_ptr<const FunctionRevision> revision = MakeTestRevision("hello");
  EXPECT_EQ(revision->FindSource("hello.js"), kTestSource);
  EXPECT_EQ(revision->FindSource("greeter.js"), "exports.greet = () => 1;\n");
  for (const std::string file : {"hello", "hello.py", "other.js", ".js", ""})
    EXPECT_EQ(revision->FindSource(file), "") << file;
}

TEST(FunctionRevisionTest, RefusesWhatIsNoValidFunction) {
  const auto reason = [](const auto& change) {
    v1::Function function = MakeTestFunction("hello");
    change(function);
    return ErrorReason(MakeFunctionRevision(function).status());
  };
  EXPECT_EQ(reason([](v1::Function&) {}), "");
  EXPECT_EQ(reason([](v1::Function& f) { f.set_name("a/b"); }), "INTERNAL");
  EXPECT_EQ(reason([](v1::Function& f) { f.set_revision(0); }), "INTERNAL");
  EXPECT_EQ(reason([](v1::Function& f) { f.clear_manifest(); }), "INTERNAL");
  EXPECT_EQ(reason([](v1::Function& f) { f.mutable_manifest()->set_language_id("ruby"); }), "INTERNAL");
  EXPECT_EQ(reason([](v1::Function& f) { f.mutable_manifest()->set_timeout_millis(0); }), "INTERNAL");
}

}  // namespace
}  // namespace mayfly::dataplane
