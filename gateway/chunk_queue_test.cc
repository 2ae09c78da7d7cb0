#include "gateway/chunk_queue.h"

#include <gtest/gtest.h>

#include <string>

namespace mayfly::gateway {
namespace {

TEST(ChunkQueueTest, GivesChunksInOrderAndThenItsEnd) {
  ChunkQueue queue({.chunks_max = 10, .bytes_max = 100});
  EXPECT_TRUE(queue.Push("a"));
  EXPECT_TRUE(queue.Push("b"));
  queue.Close("c");
  const ChunkQueue::Batch batch = queue.Take();
  EXPECT_EQ(batch.bytes, "abc");
  EXPECT_TRUE(batch.closed);
  EXPECT_FALSE(queue.Push("d"));
}

TEST(ChunkQueueTest, IsBoundedInChunksAndBytes) {
  ChunkQueue few({.chunks_max = 1, .bytes_max = 100});
  EXPECT_TRUE(few.Push("a"));
  EXPECT_FALSE(few.Push("b"));
  few.Take();
  EXPECT_TRUE(few.Push("b"));
  ChunkQueue small({.chunks_max = 10, .bytes_max = 3});
  EXPECT_TRUE(small.Push("four"));
  EXPECT_FALSE(small.Push("a"));
}

TEST(ChunkQueueTest, DrainsWhenWhatWasTakenHasBeenSent) {
  ChunkQueue queue({.chunks_max = 10, .bytes_max = 100});
  int drained = 0;
  queue.OnDrained([&] { ++drained; });
  EXPECT_EQ(drained, 1);
  queue.Push("a");
  queue.OnDrained([&] { ++drained; });
  queue.Take();
  EXPECT_EQ(drained, 1);
  queue.Take();
  EXPECT_EQ(drained, 2);
}

TEST(ChunkQueueTest, AReaderThatGoesLetsTheWriterGoOn) {
  ChunkQueue queue({.chunks_max = 10, .bytes_max = 100});
  int drained = 0;
  queue.Push("a");
  queue.OnDrained([&] { ++drained; });
  queue.Abandon();
  EXPECT_EQ(drained, 1);
  EXPECT_FALSE(queue.Push("b"));
  queue.Close("c");
  EXPECT_EQ(queue.Take().bytes, "");
}

TEST(ChunkQueueTest, TellsTheReaderOfEachChunkAndTheEnd) {
  ChunkQueue queue({.chunks_max = 10, .bytes_max = 100});
  int told = 0;
  queue.OnReadable([&] { ++told; });
  queue.Push("a");
  queue.Close("");
  EXPECT_EQ(told, 2);
}

}  // namespace
}  // namespace mayfly::gateway
