#include "runtime/channel/channel.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/limits.h"

namespace mayfly::runtime {
namespace {

// A channel whose two sides map the memory apart, as two processes do.
class ChannelTest : public testing::Test {
 protected:
  ChannelTest() {
    auto [host_socket, worker_socket] = MakeChannelSockets().value();
    SharedMemory host_memory = SharedMemory::Create().value();
    SharedMemory worker_memory = SharedMemory::Map(UniqueFd(dup(host_memory.fd()))).value();
    worker_socket_ = worker_socket.get();
    host_.emplace(Channel::Side::kHost, std::move(host_socket), std::move(host_memory));
    worker_.emplace(Channel::Side::kWorker, std::move(worker_socket), std::move(worker_memory));
  }

  void SendRaw(const void* bytes, size_t size) {
    ASSERT_EQ(send(worker_socket_, bytes, size, 0), static_cast<ssize_t>(size));
  }

  int64_t MemoryInUse() {
    struct stat status;
    fstat(host_->memory().fd(), &status);
    return status.st_blocks * 512;
  }

  int worker_socket_;
  std::optional<Channel> host_;
  std::optional<Channel> worker_;
};

TEST_F(ChannelTest, CarriesAMessageEachWay) {
  ASSERT_TRUE(host_->Send(MessageType::kRun, 7, "fields", "event").ok());
  const Message request = worker_->Receive().value();
  EXPECT_EQ(request.type, MessageType::kRun);
  EXPECT_EQ(request.ticket, 7u);
  EXPECT_EQ(request.fields, "fields");
  EXPECT_EQ(request.text, "event");

  ASSERT_TRUE(worker_->Send(MessageType::kRan, 7, "", "result").ok());
  const Message reply = host_->Receive().value();
  EXPECT_EQ(reply.type, MessageType::kRan);
  EXPECT_EQ(reply.fields, "");
  EXPECT_EQ(reply.text, "result");
}

TEST_F(ChannelTest, CarriesTheLargestMessageAndNoLarger) {
  const std::string text(kChannelReplyBytesMax, 'r');
  ASSERT_TRUE(worker_->Send(MessageType::kRan, 1, "", text).ok());
  EXPECT_EQ(host_->Receive()->text, text);
  EXPECT_EQ(worker_->Send(MessageType::kRan, 1, "f", text).code(), absl::StatusCode::kResourceExhausted);
}

TEST_F(ChannelTest, SaysThatNothingIsThere) {
  EXPECT_EQ(host_->Receive().status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(ChannelTest, SaysThatThePeerIsGone) {
  worker_.reset();
  EXPECT_EQ(host_->Receive().status().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(host_->Send(MessageType::kRun, 1, "", "").code(), absl::StatusCode::kCancelled);
}

TEST_F(ChannelTest, RefusesHeadersOfTheWrongLength) {
  const std::string bytes(sizeof(MessageHeader) + 1, '\0');
  SendRaw(bytes.data(), sizeof(MessageHeader) - 1);
  EXPECT_EQ(host_->Receive().status().code(), absl::StatusCode::kInvalidArgument);
  SendRaw(bytes.data(), sizeof(MessageHeader) + 1);
  EXPECT_EQ(host_->Receive().status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(ChannelTest, RefusesHeadersThatSpeakOfMoreThanTheMemory) {
  for (const auto& [fields, text] :
       {std::pair<uint32_t, uint64_t>(0, kChannelReplyBytesMax + 1),
        std::pair<uint32_t, uint64_t>(1, kChannelReplyBytesMax), std::pair<uint32_t, uint64_t>(0xFFFFFFFF, 0),
        std::pair<uint32_t, uint64_t>(0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF),
        std::pair<uint32_t, uint64_t>(1, 0xFFFFFFFFFFFFFFFF)}) {
    const MessageHeader header = {.type = MessageType::kRan, .fields_bytes = fields, .text_bytes = text, .ticket = 1};
    SendRaw(&header, sizeof(header));
    EXPECT_EQ(host_->Receive().status().code(), absl::StatusCode::kInvalidArgument) << fields << " " << text;
  }
}

TEST_F(ChannelTest, DropsDescriptorsThatAGuestSends) {
  const MessageHeader header = {.type = MessageType::kRan, .fields_bytes = 0, .text_bytes = 0, .ticket = 1};
  iovec part = {.iov_base = const_cast<MessageHeader*>(&header), .iov_len = sizeof(header)};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message = {};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof(control);
  cmsghdr* rights = CMSG_FIRSTHDR(&message);
  rights->cmsg_level = SOL_SOCKET;
  rights->cmsg_type = SCM_RIGHTS;
  rights->cmsg_len = CMSG_LEN(sizeof(int));
  const int lowest_free = dup(0);
  close(lowest_free);
  ASSERT_EQ(sendmsg(worker_socket_, &message, 0), static_cast<ssize_t>(sizeof(header)));
  EXPECT_TRUE(host_->Receive().ok());
  const int lowest_free_after = dup(0);
  close(lowest_free_after);
  EXPECT_EQ(lowest_free, lowest_free_after);
}

TEST_F(ChannelTest, GivesLargePagesBackAndKeepsSmallOnes) {
  ASSERT_TRUE(worker_->Send(MessageType::kRan, 1, "", "small").ok());
  host_->memory().Trim();
  EXPECT_EQ(MemoryInUse(), 4096);
  ASSERT_TRUE(worker_->Send(MessageType::kRan, 1, "", std::string(kMiB, 'x')).ok());
  host_->memory().Trim();
  EXPECT_EQ(MemoryInUse(), 0);
}

TEST_F(ChannelTest, ForgetsWhatBothSidesSaid) {
  ASSERT_TRUE(host_->Send(MessageType::kRun, 1, "fields", std::string(10'000, 'e')).ok());
  ASSERT_TRUE(worker_->Receive().ok());
  ASSERT_TRUE(worker_->Send(MessageType::kRan, 1, "fields", std::string(20'000, 'r')).ok());
  ASSERT_EQ(host_->Receive()->text, std::string(20'000, 'r'));
  host_->Forget();
  EXPECT_EQ(std::string(worker_->memory().requests(), 11'000), std::string(11'000, '\0'));
  EXPECT_EQ(std::string(worker_->memory().replies(), 21'000), std::string(21'000, '\0'));
}

TEST_F(ChannelTest, ForgetsWhatIsTooLargeToBeKept) {
  ASSERT_TRUE(host_->Send(MessageType::kRun, 1, "", std::string(kMiB, 'e')).ok());
  ASSERT_TRUE(worker_->Receive().ok());
  ASSERT_TRUE(worker_->Send(MessageType::kRan, 1, "", "r").ok());
  ASSERT_TRUE(host_->Receive().ok());
  host_->Forget();
  EXPECT_EQ(MemoryInUse(), 0);
  EXPECT_EQ(std::string(worker_->memory().requests(), kMiB), std::string(kMiB, '\0'));
  EXPECT_EQ(*worker_->memory().replies(), '\0');
}

TEST_F(ChannelTest, SaysThatThePeerIsGoneWithoutHavingReadWhatWasSent) {
  ASSERT_TRUE(host_->Send(MessageType::kRun, 1, "", "event").ok());
  worker_.reset();
  EXPECT_EQ(host_->Receive().status().code(), absl::StatusCode::kAborted);
}

TEST_F(ChannelTest, CannotBeResized) {
  EXPECT_NE(ftruncate(host_->memory().fd(), 0), 0);
  EXPECT_NE(ftruncate(host_->memory().fd(), 1 << 30), 0);
}

}  // namespace
}  // namespace mayfly::runtime
