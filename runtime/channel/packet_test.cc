#include "runtime/channel/packet.h"

#include <errno.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <vector>

namespace mayfly::runtime {
namespace {

class PacketTest : public testing::Test {
 protected:
  PacketTest() {
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, ends), 0);
    sender_.reset(ends[0]);
    receiver_.reset(ends[1]);
  }

  UniqueFd sender_;
  UniqueFd receiver_;
  std::vector<UniqueFd> fds_;
  std::array<std::byte, 8> bytes_ = {};
};

TEST_F(PacketTest, CarriesBytesAndDescriptors) {
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  const UniqueFd read_end(pipe_ends[0]);
  UniqueFd write_end(pipe_ends[1]);
  const std::array<std::byte, 3> sent = {std::byte{1}, std::byte{2}, std::byte{3}};
  EXPECT_EQ(SendPacket(sender_.get(), sent, std::array{write_end.get()}), 0);
  write_end.reset();

  EXPECT_EQ(ReceivePacket(receiver_.get(), bytes_, fds_), 3);
  EXPECT_EQ(bytes_[2], std::byte{3});
  ASSERT_EQ(fds_.size(), 1u);
  EXPECT_EQ(fcntl(fds_[0].get(), F_GETFD), FD_CLOEXEC);
  EXPECT_EQ(write(fds_[0].get(), "x", 1), 1);
  char byte = 0;
  EXPECT_EQ(read(read_end.get(), &byte, 1), 1);
  EXPECT_EQ(byte, 'x');
}

TEST_F(PacketTest, SaysThatNothingIsThereAndThatThePeerIsGone) {
  EXPECT_EQ(ReceivePacket(receiver_.get(), bytes_, fds_), -1);
  EXPECT_EQ(errno, EAGAIN);
  sender_.reset();
  EXPECT_EQ(ReceivePacket(receiver_.get(), bytes_, fds_), 0);
  EXPECT_EQ(SendPacket(receiver_.get(), bytes_), EPIPE);
}

TEST_F(PacketTest, RefusesAPacketThatDoesNotFit) {
  const std::array<std::byte, 9> large = {};
  EXPECT_EQ(SendPacket(sender_.get(), large), 0);
  EXPECT_EQ(ReceivePacket(receiver_.get(), bytes_, fds_), -1);
  EXPECT_EQ(errno, EMSGSIZE);
}

}  // namespace
}  // namespace mayfly::runtime
