#include "clients/cli/version.h"

#include "base/version.h"

namespace mayfly::cli {

ExitCode Version(const Session& session) {
  std::ostream& out = session.terminal().out.stream();
  if (session.json()) {
    out << "{\"version\":\"" << kVersion << "\"}\n";
  } else {
    out << "mayfly " << kVersion << "\n";
  }
  return ExitCode::kOk;
}

}  // namespace mayfly::cli
