#include "base/uuid.h"

#include <boost/uuid/time_generator_v7.hpp>
#include <boost/uuid/uuid_io.hpp>

namespace mayfly {

std::string NewUuidV7() {
  // Seeded by the kernel, once for a thread: asking it for each call would cost a system call.
  thread_local boost::uuids::time_generator_v7 generator;
  return boost::uuids::to_string(generator());
}

}  // namespace mayfly
