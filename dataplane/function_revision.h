// One revision of a function as the data plane runs it.
#ifndef MAYFLY_DATAPLANE_FUNCTION_REVISION_H_
#define MAYFLY_DATAPLANE_FUNCTION_REVISION_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/function_name.h"
#include "runtime/channel/messages.h"

namespace mayfly::v1 {
class Function;
class Manifest;
}  // namespace mayfly::v1

namespace mayfly::dataplane {

// Immutable once made, and shared. A function that was deleted and stored again counts its revisions from 1 again, so
// one key can name two contents over time: workers are bound to the object, which the catalog makes once for each
// content.
struct FunctionRevision {
  FunctionKey key;             // names empty and revision 0 for source that is stored nowhere
  std::string content_sha256;  // empty for source that is stored nowhere
  runtime::Language language = runtime::Language::kJs;
  absl::Duration timeout;
  runtime::LoadRequest load;  // what a worker is given

  bool stored() const { return key.revision != 0; }

  // For messages: "'hello'", or "the source" when it is stored nowhere.
  std::string Title() const;

  // The source text that a stack calls `file`: the function's own ("<id>.js") or a dependency's. Empty if there is
  // none.
  std::string_view FindSource(std::string_view file) const;
};

// From what the control plane tells (a FULL view). Errors: INTERNAL if it is no valid function.
absl::StatusOr<std::shared_ptr<const FunctionRevision>> MakeFunctionRevision(const v1::Function& function);

// From a valid manifest with its defaults filled in, stored nowhere.
std::shared_ptr<const FunctionRevision> MakeThrowAwayRevision(v1::Manifest manifest);

}  // namespace mayfly::dataplane

#endif  // MAYFLY_DATAPLANE_FUNCTION_REVISION_H_
