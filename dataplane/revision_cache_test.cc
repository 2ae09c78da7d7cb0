#include "dataplane/revision_cache.h"

#include <gtest/gtest.h>

#include <string>

#include "dataplane/function_revision.h"
#include "dataplane/test_functions.h"

namespace mayfly::dataplane {
namespace {

FunctionKey Key(const std::string& id, int32_t revision) {
  return {.name = {kDefaultNamespace, id}, .revision = revision};
}

TEST(RevisionCacheTest, TheOneUsedLongestAgoGoesFirst) {
  RevisionCache cache(2, 1 << 20);
  cache.Insert(MakeTestRevision("a", 1));
  cache.Insert(MakeTestRevision("a", 2));
  EXPECT_NE(cache.Find(Key("a", 1)), nullptr);
  const auto gone = cache.Insert(MakeTestRevision("a", 3));
  ASSERT_EQ(gone.size(), 1u);
  EXPECT_EQ(gone[0]->key.revision, 2);
  EXPECT_EQ(cache.Find(Key("a", 2)), nullptr);
  EXPECT_NE(cache.Find(Key("a", 1)), nullptr);
}

TEST(RevisionCacheTest, IsBoundedByBytesOfSource) {
  const auto one = MakeTestRevision("a", 1);
  const size_t bytes =
      one->load.source.size() + one->load.dependencies[0].name.size() + one->load.dependencies[0].source.size();
  RevisionCache cache(10, 2 * bytes);
  EXPECT_TRUE(cache.Insert(one).empty());
  EXPECT_TRUE(cache.Insert(MakeTestRevision("a", 2)).empty());
  EXPECT_EQ(cache.Insert(MakeTestRevision("a", 3)).size(), 1u);
  RevisionCache small(10, bytes - 1);
  EXPECT_EQ(small.Insert(one)[0], one);
  EXPECT_EQ(small.Find(Key("a", 1)), nullptr);
}

TEST(RevisionCacheTest, TheSameKeyIsReplaced) {
  RevisionCache cache(10, 1 << 20);
  const auto first = MakeTestRevision("a", 1);
  const auto second = MakeTestRevision("a", 1);
  cache.Insert(first);
  EXPECT_EQ(cache.Insert(second)[0], first);
  EXPECT_EQ(cache.Find(Key("a", 1)), second);
}

TEST(RevisionCacheTest, ForgetsOneFunctionOrAll) {
  RevisionCache cache(10, 1 << 20);
  cache.Insert(MakeTestRevision("a", 1));
  cache.Insert(MakeTestRevision("a", 2));
  cache.Insert(MakeTestRevision("b", 1));
  EXPECT_EQ(cache.Erase({kDefaultNamespace, "a"}).size(), 2u);
  EXPECT_EQ(cache.Find(Key("a", 1)), nullptr);
  EXPECT_NE(cache.Find(Key("b", 1)), nullptr);
  EXPECT_EQ(cache.Clear().size(), 1u);
  EXPECT_EQ(cache.Find(Key("b", 1)), nullptr);
}

}  // namespace
}  // namespace mayfly::dataplane
