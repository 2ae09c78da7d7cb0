// make_snapshot PRELUDE SNAPSHOT: runs the bundled prelude in a new V8 and writes the startup snapshot. A tool of the
// build.
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "absl/status/statusor.h"
#include "runtime/js/startup_snapshot.h"
#include "runtime/js/v8_process.h"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: make_snapshot PRELUDE SNAPSHOT\n";
    return 2;
  }
  std::ifstream prelude_file(argv[1], std::ios::binary);
  const std::string prelude(std::istreambuf_iterator<char>(prelude_file), {});
  mayfly::runtime::js::V8Process process;
  const absl::StatusOr<std::string> snapshot = mayfly::runtime::js::MakeStartupSnapshot(process, prelude);
  if (!snapshot.ok()) {
    std::cerr << snapshot.status().message() << "\n";
    // Without running destructors: a snapshot that failed half-way can't be torn down.
    std::quick_exit(1);
  }
  std::ofstream(argv[2], std::ios::binary) << *snapshot;
  return 0;
}
