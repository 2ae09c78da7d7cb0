#include "runtime/rewind/userfaultfd.h"

#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace mayfly::runtime {

int OpenUserfaultfd() {
  const int fd = static_cast<int>(syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK | UFFD_USER_MODE_ONLY));
  if (fd < 0) return -1;
  uffdio_api api = {};
  api.api = UFFD_API;
  api.features = UFFD_FEATURE_WP_ASYNC | UFFD_FEATURE_WP_UNPOPULATED | UFFD_FEATURE_WP_HUGETLBFS_SHMEM;
  if (ioctl(fd, UFFDIO_API, &api) == 0) return fd;
  close(fd);
  return -1;
}

bool RegisterForWriteProtection(int fd, uintptr_t begin, uintptr_t end) {
  uffdio_register range = {};
  range.range = {.start = begin, .len = end - begin};
  range.mode = UFFDIO_REGISTER_MODE_WP;
  return ioctl(fd, UFFDIO_REGISTER, &range) == 0;
}

bool WriteProtect(int fd, uintptr_t begin, uintptr_t end) {
  uffdio_writeprotect range = {};
  range.range = {.start = begin, .len = end - begin};
  range.mode = UFFDIO_WRITEPROTECT_MODE_WP;
  return ioctl(fd, UFFDIO_WRITEPROTECT, &range) == 0;
}

}  // namespace mayfly::runtime
