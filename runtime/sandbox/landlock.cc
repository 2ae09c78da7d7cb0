#include "runtime/sandbox/landlock.h"

#include <errno.h>
#include <linux/landlock.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "base/unique_fd.h"

namespace mayfly::runtime {
namespace {

// All rights up to and with `last`, which are bits from 0 on.
constexpr uint64_t UpTo(uint64_t last) { return (last << 1) - 1; }

// A kernel refuses a ruleset that handles rights it does not know: Documentation/userspace-api/landlock.rst,
// "Compatibility".
uint64_t FileRights(int abi) {
  if (abi >= 5) return UpTo(LANDLOCK_ACCESS_FS_IOCTL_DEV);
  if (abi >= 3) return UpTo(LANDLOCK_ACCESS_FS_TRUNCATE);
  if (abi >= 2) return UpTo(LANDLOCK_ACCESS_FS_REFER);
  return UpTo(LANDLOCK_ACCESS_FS_MAKE_SYM);
}

landlock_ruleset_attr AllRights(int abi) {
  landlock_ruleset_attr attributes = {};
  attributes.handled_access_fs = FileRights(abi);
  if (abi >= 4) attributes.handled_access_net = LANDLOCK_ACCESS_NET_BIND_TCP | LANDLOCK_ACCESS_NET_CONNECT_TCP;
  if (abi >= 6) attributes.scoped = LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | LANDLOCK_SCOPE_SIGNAL;
  return attributes;
}

// An older kernel takes a larger structure if what it does not know is 0.
long CreateRuleset(const landlock_ruleset_attr* attributes, size_t size, uint32_t flags) {
  return syscall(SYS_landlock_create_ruleset, attributes, size, flags);
}

absl::Status Failed(const char* what) { return absl::UnavailableError(absl::StrCat(what, ": ", strerror(errno))); }

}  // namespace

int LandlockAbi() {
  const long abi = CreateRuleset(nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  return abi < 0 ? 0 : static_cast<int>(abi);
}

absl::Status DropAllByLandlock(int abi) {
  const landlock_ruleset_attr attributes = AllRights(abi);
  const UniqueFd ruleset(static_cast<int>(CreateRuleset(&attributes, sizeof(attributes), 0)));
  if (!ruleset.valid()) return Failed("landlock_create_ruleset");
  if (syscall(SYS_landlock_restrict_self, ruleset.get(), 0) != 0) return Failed("landlock_restrict_self");
  return absl::OkStatus();
}

}  // namespace mayfly::runtime
