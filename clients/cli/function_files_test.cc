#include "clients/cli/function_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clients/cli/fake_files.h"

namespace mayfly::cli {
namespace {

using testing::ElementsAre;

TEST(FunctionFilesTest, APlainSourceIsAFunctionNamedAsItsFile) {
  const FakeFiles files({{"a/my hello.js", "js"}, {"m.mjs", "module"}, {"_p.py", "py"}});
  const auto js = ReadFunctionFile(files, "a/my hello.js");
  ASSERT_TRUE(js.ok()) << js.status();
  EXPECT_EQ(js->manifest.id(), "my-hello");
  EXPECT_EQ(js->manifest.language_id(), "js");
  EXPECT_FALSE(js->manifest.js_eval_as_module());
  EXPECT_EQ(js->manifest.source(), "js");
  EXPECT_TRUE(ReadFunctionFile(files, "m.mjs")->manifest.js_eval_as_module());
  EXPECT_EQ(ReadFunctionFile(files, "_p.py")->manifest.language_id(), "python");
  EXPECT_EQ(ReadFunctionFile(files, "_p.py")->manifest.id(), "p");
}

TEST(FunctionFilesTest, RefusesOtherKindsOfFile) {
  EXPECT_EQ(ReadFunctionFile(FakeFiles({}), "x.txt").status().message(),
            "x.txt: a function is a manifest (.json, .jsonc) or a source (.js, .cjs, .mjs, .py)");
  EXPECT_EQ(ReadFunctionFile(FakeFiles({}), "x.js").status().code(), absl::StatusCode::kNotFound);
}

TEST(ExpandFoldersTest, AFolderIsItsManifestsElseItsSources) {
  const FakeFiles files({{"m/b.json", ""}, {"m/a.jsonc", ""}, {"m/x.js", ""}, {"m/package.json", ""}, {"s/x.js", ""},
                         {"s/y.txt", ""}, {"s/z.py", ""}});
  EXPECT_THAT(ExpandFolders(files, {"m", "other.js", "s"}).value(),
              ElementsAre("m/a.jsonc", "m/b.json", "other.js", "s/x.js", "s/z.py"));
}

TEST(ExpandFoldersTest, FindsWhatGraalFaasStored) {
  const FakeFiles files({{"app/.faas/functions/h.json", ""}, {"app/readme.json", ""}});
  EXPECT_THAT(ExpandFolders(files, {"app"}).value(), ElementsAre("app/.faas/functions/h.json"));
  EXPECT_THAT(ExpandFolders(files, {"app/.faas"}).value(), ElementsAre("app/.faas/functions/h.json"));
}

TEST(ExpandFoldersTest, RefusesAFolderWithoutFunctions) {
  EXPECT_EQ(ExpandFolders(FakeFiles({{"e/y.txt", ""}}), {"e"}).status().message(),
            "e: no manifest (.json, .jsonc) and no source (.js, .cjs, .mjs, .py) is in it");
}

}  // namespace
}  // namespace mayfly::cli
