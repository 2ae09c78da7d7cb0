#include "runtime/python/source_modules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

namespace mayfly::runtime {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

SourceModules Make(std::string id, std::vector<Module> dependencies) {
  return SourceModules({.function_id = std::move(id), .source = "own", .dependencies = std::move(dependencies)},
                       {"json", "os"});
}

TEST(SourceModulesTest, NamesTheFunctionsModuleAfterItsIdAndLikeNoOther) {
  EXPECT_EQ(Make("my-func.v2", {}).function_module(), "my_func_v2");
  EXPECT_EQ(Make("0198", {}).function_module(), "_0198");
  EXPECT_EQ(Make("json", {}).function_module(), "json_");
  EXPECT_EQ(Make("a", {{"a", ""}, {"a_", ""}}).function_module(), "a__");
}

TEST(SourceModulesTest, ANameBelowAnotherMakesThatAPackage) {
  const SourceModules modules = Make("f", {{"a", "1"}, {"p.q.r", "2"}, {"z", "3"}, {"z.y", "4"}});
  EXPECT_FALSE(modules.Find("a")->is_package);
  EXPECT_TRUE(modules.Find("p")->is_package);
  EXPECT_TRUE(modules.IsImplicit("p"));
  EXPECT_TRUE(modules.IsImplicit("p.q"));
  EXPECT_FALSE(modules.Find("p.q.r")->is_package);
  EXPECT_TRUE(modules.Find("z")->is_package);
  EXPECT_FALSE(modules.IsImplicit("z"));
  EXPECT_EQ(modules.Find("nothing"), nullptr);
  EXPECT_THAT(modules.DependencyNames(), ElementsAre("a", "p.q.r", "z", "z.y"));
}

TEST(SourceModulesTest, NamesFilesAfterModules) {
  EXPECT_THAT(Make("my-func", {{"p.q", ""}}).Files(),
              ElementsAre(Pair("my-func.py", "my_func"), Pair("p.py", "p"), Pair("p.q.py", "p.q")));
  // The function's own file wins.
  EXPECT_THAT(Make("a", {{"a", ""}}).Files(), ElementsAre(Pair("a.py", "a_")));
}

TEST(SourceModulesTest, KnowsWhetherAnySourceNamesAsyncio) {
  EXPECT_FALSE(Make("f", {{"a", "import os"}}).mentions_asyncio());
  EXPECT_TRUE(Make("f", {{"a", "import asyncio"}}).mentions_asyncio());
}

}  // namespace
}  // namespace mayfly::runtime
