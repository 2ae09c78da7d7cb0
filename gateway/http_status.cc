#include "gateway/http_status.h"

#include <array>

namespace mayfly::gateway {
namespace {

struct Row {
  std::string_view name;
  int http;
};

// By the code's number.
constexpr std::array kRows = {
    Row{"OK", 200},
    Row{"CANCELLED", 499},
    Row{"UNKNOWN", 500},
    Row{"INVALID_ARGUMENT", 400},
    Row{"DEADLINE_EXCEEDED", 504},
    Row{"NOT_FOUND", 404},
    Row{"ALREADY_EXISTS", 409},
    Row{"PERMISSION_DENIED", 403},
    Row{"RESOURCE_EXHAUSTED", 429},
    Row{"FAILED_PRECONDITION", 400},
    Row{"ABORTED", 409},
    Row{"OUT_OF_RANGE", 400},
    Row{"UNIMPLEMENTED", 501},
    Row{"INTERNAL", 500},
    Row{"UNAVAILABLE", 503},
    Row{"DATA_LOSS", 500},
    Row{"UNAUTHENTICATED", 401},
};

const Row& RowOf(absl::StatusCode code) {
  const size_t number = static_cast<size_t>(code);
  return kRows[number < kRows.size() ? number : static_cast<size_t>(absl::StatusCode::kUnknown)];
}

}  // namespace

int HttpStatusOf(absl::StatusCode code) { return RowOf(code).http; }

std::string_view StatusCodeName(absl::StatusCode code) { return RowOf(code).name; }

}  // namespace mayfly::gateway
