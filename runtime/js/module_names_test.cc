#include "runtime/js/module_names.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mayfly::runtime::js {
namespace {

class ModuleNamesTest : public ::testing::Test {
 protected:
  void Add(std::string name, std::string source = "") { dependencies_.push_back({std::move(name), std::move(source)}); }

  // The name that was found, or "".
  std::string Resolve(std::string_view referrer, std::string_view specifier) const {
    const ModuleNames names(dependencies_);
    const std::optional<size_t> index = names.Resolve(referrer, specifier);
    return index.has_value() ? dependencies_[*index].name : "";
  }

  std::vector<Module> dependencies_;
};

TEST_F(ModuleNamesTest, FindsTheExactNameFirst) {
  Add("a");
  Add("a.js");
  Add("./b");
  EXPECT_EQ(Resolve("", "a"), "a");
  EXPECT_EQ(Resolve("", "a.js"), "a.js");
  EXPECT_EQ(Resolve("x/y", "./b"), "./b");
}

TEST_F(ModuleNamesTest, TriesExtensionsThenTheFolder) {
  Add("b.js");
  Add("c.json");
  Add("d/index.js");
  Add("e/package.json", R"({"main":"./lib/main"})");
  Add("e/lib/main.js");
  Add("f/package.json", R"({"main":"lib"})");
  Add("f/lib/index.js");
  Add("g/package.json", "{");
  Add("g/index.js");
  EXPECT_EQ(Resolve("", "b"), "b.js");
  EXPECT_EQ(Resolve("", "c"), "c.json");
  EXPECT_EQ(Resolve("", "d"), "d/index.js");
  EXPECT_EQ(Resolve("", "d/"), "d/index.js");
  EXPECT_EQ(Resolve("", "e"), "e/lib/main.js");
  EXPECT_EQ(Resolve("", "f"), "f/lib/index.js");
  EXPECT_EQ(Resolve("", "g"), "g/index.js");
}

TEST_F(ModuleNamesTest, RelativeNamesCountFromTheReferrersFolder) {
  Add("pkg/lib/a.js");
  Add("pkg/lib/b.js");
  Add("pkg/index.js");
  Add("top.js");
  EXPECT_EQ(Resolve("pkg/lib/a.js", "./b"), "pkg/lib/b.js");
  EXPECT_EQ(Resolve("pkg/lib/a.js", ".."), "pkg/index.js");
  EXPECT_EQ(Resolve("pkg/lib/a.js", "../../top"), "top.js");
  EXPECT_EQ(Resolve("pkg/lib/a.js", "../../../../top"), "top.js");
  EXPECT_EQ(Resolve("", "./top.js"), "top.js");
  EXPECT_EQ(Resolve("pkg/lib/a.js", "./missing"), "");
}

TEST_F(ModuleNamesTest, ABareNameIsAFolderOfItsOwn) {
  Add("pkg");
  Add("pkg/lib/a.js");
  EXPECT_EQ(Resolve("pkg", "./lib/a"), "pkg/lib/a.js");
}

TEST_F(ModuleNamesTest, NamesTheNearest) {
  Add("greeter");
  EXPECT_EQ(ModuleNames(dependencies_).NotFoundMessage("greter"),
            "Cannot find module 'greter'; did you mean 'greeter'?");
  EXPECT_EQ(ModuleNames(dependencies_).NotFoundMessage("fs"), "Cannot find module 'fs'");
}

TEST(FileOfTest, AddsTheExtensionToANameWithout) {
  EXPECT_EQ(FileOf("greeter"), "greeter.js");
  EXPECT_EQ(FileOf("lib/a.mjs"), "lib/a.mjs");
  EXPECT_EQ(FileOf("big.number"), "big.number.js");
}

}  // namespace
}  // namespace mayfly::runtime::js
