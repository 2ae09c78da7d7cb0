// For tests of what one part of the sandbox refuses by itself.
#ifndef MAYFLY_RUNTIME_SANDBOX_REFUSAL_TEST_UTIL_H_
#define MAYFLY_RUNTIME_SANDBOX_REFUSAL_TEST_UTIL_H_

#include <arpa/inet.h>
#include <errno.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <string_view>

#include "base/unique_fd.h"

namespace mayfly::runtime {

// Of a system call: 0, or why it failed.
inline int ErrorOf(long result) { return result == -1 ? errno : 0; }

// The exit code of a forked process that is shut in by `enter` and then does `act`; 199 if it could not be.
inline int After(const std::function<bool()>& enter, const std::function<int()>& act) {
  const pid_t pid = fork();
  if (pid == 0) _exit(enter() ? act() : 199);
  int status = 0;
  waitpid(pid, &status, 0);
  return WEXITSTATUS(status);
}

// A stream socket of this process that others may try to reach.
class Door {
 public:
  // On a free port of 127.0.0.1.
  static Door Tcp() {
    Door door;
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    door.Listen(address, sizeof(address));
    return door;
  }

  // In the kernel's name space, without a file.
  static Door Abstract(std::string_view name) {
    Door door;
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    memcpy(address.sun_path + 1, name.data(), name.size());
    door.Listen(address, static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size()));
    return door;
  }

  // From a new socket: 0, or why it can't be reached.
  int ConnectError() const {
    const int caller = socket(address_.ss_family, SOCK_STREAM, 0);
    return ErrorOf(connect(caller, reinterpret_cast<const sockaddr*>(&address_), length_));
  }

 private:
  template <typename Address>
  void Listen(const Address& address, socklen_t length) {
    memcpy(&address_, &address, sizeof(address));
    length_ = length;
    socket_.reset(socket(address_.ss_family, SOCK_STREAM, 0));
    EXPECT_EQ(bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address_), length_), 0);
    EXPECT_EQ(listen(socket_.get(), 1), 0);
    EXPECT_EQ(getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address_), &length_), 0);
  }

  UniqueFd socket_;
  sockaddr_storage address_ = {};
  socklen_t length_ = 0;
};

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_SANDBOX_REFUSAL_TEST_UTIL_H_
