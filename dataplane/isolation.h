// How the data plane's workers keep one call's state from the next.
#ifndef MAYFLY_DATAPLANE_ISOLATION_H_
#define MAYFLY_DATAPLANE_ISOLATION_H_

#include <optional>
#include <string>

#include "runtime/rewind/rewind_way.h"

namespace mayfly::dataplane {

// Chosen once, when the data plane is made.
struct Isolation {
  // The way in which a worker's memory goes back after each call. Empty: fresh, a new context for each.
  std::optional<runtime::RewindWay> rewind;

  // Whether workers compare all of their memory with the checkpoint after each rewind, and end if anything differs.
  bool verify = false;

  // Why it was chosen, for people: "userfaultfd works here".
  std::string reason;
};

}  // namespace mayfly::dataplane

#endif  // MAYFLY_DATAPLANE_ISOLATION_H_
