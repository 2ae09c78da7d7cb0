// What a manifest must be, wherever it is taken: stored by the control plane, run or checked by a data plane.
#ifndef MAYFLY_BASE_MANIFEST_H_
#define MAYFLY_BASE_MANIFEST_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "base/limits.h"

namespace mayfly::v1 {
class Manifest;
}

namespace mayfly {

// Checks everything about a manifest but whether its source loads: ids and names, ranges, counts, sizes, UTF-8, JSON,
// and no NUL in Python. A field that is 0 or empty and has a default is valid. INVALID_ARGUMENT MANIFEST_INVALID names
// all violations (the first kViolationsShownMax) by their JSON path, which begins with `path_prefix` ("" or
// "manifest."). RESOURCE_EXHAUSTED SOURCE_TOO_LARGE if all is valid, but the names, sources and warm-up events together
// have more than `bytes_max` bytes.
absl::Status ValidateManifest(const v1::Manifest& manifest, std::string_view path_prefix,
                              size_t bytes_max = kManifestBytesMax);

// Gives the handler's name, the timeout, the memory limit and Python's interpreter their defaults where they are empty
// or 0.
void FillManifestDefaults(v1::Manifest& manifest);

// SHA-256 of the content, which is all but the id, in lower-case hex. Equal contents have equal hashes on every machine
// and in every version. Fill in the defaults first: what means the same then hashes the same.
std::string ManifestSha256(const v1::Manifest& manifest);

}  // namespace mayfly

#endif  // MAYFLY_BASE_MANIFEST_H_
