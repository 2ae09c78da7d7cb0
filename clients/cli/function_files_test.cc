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
}

TEST(FunctionFilesTest, RefusesSourcesThatAreNotUtf8) {
  const FakeFiles files({{"x.js", "\xff"}, {"m.json", R"({"sourceFile": "x.js"})"}});
  EXPECT_EQ(ReadFunctionFile(files, "x.js").status().message(), "x.js: the source is not UTF-8");
  EXPECT_EQ(ReadFunctionFile(files, "m.json").status().message(),
            "m.json:1:16: x.js is not UTF-8\n> 1 | {\"sourceFile\": \"x.js\"}\n    |                ^\n");
}

TEST(FunctionFilesTest, AFileThatIsNotThereIsAWrongArgument) {
  for (const char* path : {"x.js", "x.json"}) {
    const absl::Status status = ReadFunctionFile(FakeFiles({}), path).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(status.message(), "can't read " + std::string(path) + ": No such file or directory");
  }
}

TEST(ExpandFoldersTest, AFolderIsItsManifestsAndTheSourcesTheyDoNotUse) {
  const FakeFiles files({{"m/b.json", R"({"sourceFile": "x.js", "dependencies": {"y": {"file": "y.js"}}})"},
                         {"m/a.jsonc", "broken"},
                         {"m/x.js", ""},
                         {"m/y.js", ""},
                         {"m/z.py", ""},
                         {"m/lib/deep.js", ""},
                         {"m/package.json", ""},
                         {"m/notes.txt", ""}});
  EXPECT_THAT(ExpandFolders(files, {"other.js", "m"}).value(),
              ElementsAre("other.js", "m/a.jsonc", "m/b.json", "m/z.py"));
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
