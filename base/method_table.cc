#include "base/method_table.h"

#include "absl/log/check.h"

namespace mayfly {

void MethodTable::Add(std::string_view full_name, Method method) {
  const bool added = methods_.emplace(full_name, std::make_unique<Method>(std::move(method))).second;
  CHECK(added) << full_name << " is served twice";
}

const Method* MethodTable::Find(std::string_view full_name) const {
  const auto found = methods_.find(full_name);
  return found == methods_.end() ? nullptr : found->second.get();
}

}  // namespace mayfly
