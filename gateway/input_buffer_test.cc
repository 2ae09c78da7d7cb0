#include "gateway/input_buffer.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace mayfly::gateway {
namespace {

void Read(InputBuffer& buffer, std::string_view bytes) {
  std::copy(bytes.begin(), bytes.end(), buffer.Prepare().begin());
  buffer.Commit(bytes.size());
}

TEST(InputBufferTest, HoldsWhatWasReadUntilItIsUsed) {
  InputBuffer buffer;
  Read(buffer, "abc");
  EXPECT_EQ(buffer.data(), "abc");
  buffer.Consume(2);
  EXPECT_EQ(buffer.data(), "c");
  Read(buffer, "de");
  EXPECT_EQ(buffer.data(), "cde");
  buffer.Consume(1);
  Read(buffer, "f");
  EXPECT_EQ(buffer.data(), "def");
  buffer.Consume(3);
  EXPECT_EQ(buffer.data(), "");
  Read(buffer, "g");
  EXPECT_EQ(buffer.data(), "g");
}

TEST(InputBufferTest, DataMayBeUsedWhileAReadIsUnderWay) {
  InputBuffer buffer;
  Read(buffer, "abcd");
  buffer.Consume(1);
  const auto space = buffer.Prepare();
  EXPECT_EQ(buffer.data(), "bcd");
  buffer.Consume(2);
  EXPECT_EQ(buffer.data(), "d");
  space[0] = 'e';
  buffer.Commit(1);
  EXPECT_EQ(buffer.data(), "de");
}

}  // namespace
}  // namespace mayfly::gateway
