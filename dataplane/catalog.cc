#include "dataplane/catalog.h"

#include <algorithm>
#include <utility>

#include "absl/log/log.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/nearest.h"
#include "base/reason.h"
#include "dataplane/function_revision.h"
#include "mayfly/v1/function.pb.h"
#include "mayfly/v1/function_service.pb.h"

namespace mayfly::dataplane {
namespace {

using Change = v1::WatchFunctionsResponse;

absl::Status NotHeardYet() {
  return WithRetryAfter(
      MakeError(absl::StatusCode::kUnavailable, reason::kPeerUnreachable,
                "This data plane has not heard of its functions from the control plane yet; try again soon."),
      kRetryDelay);
}

void Append(std::vector<Catalog::Revision>& to, std::vector<Catalog::Revision> from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

}  // namespace

Catalog::Catalog(FunctionSource& source, OnSuperseded on_superseded)
    : source_(source), on_superseded_(std::move(on_superseded)), older_(kRevisionsCachedMax, kRevisionCacheBytesMax) {}

void Catalog::Apply(const Change& change) {
  std::vector<Revision> superseded;
  Revision revision;
  if (change.kind() == Change::PUT) {
    absl::StatusOr<Revision> made = MakeFunctionRevision(change.function());
    LOG_IF(ERROR, !made.ok()) << made.status();
    if (!made.ok()) return;
    revision = *std::move(made);
  }
  {
    absl::MutexLock lock(mutex_);
    if (change.kind() == Change::PUT) {
      superseded = Put(std::move(revision));
    } else if (change.kind() == Change::DELETED) {
      if (const auto name = ParseFunctionName(change.function().name()); name.ok()) superseded = Delete(*name);
    } else if (change.kind() == Change::SYNCED) {
      superseded = EndState();
    } else if (change.kind() == Change::RESET) {
      superseded = BeginState();
    }
  }
  for (const Revision& gone : superseded) on_superseded_(*gone);
}

std::vector<Catalog::Revision> Catalog::Put(Revision revision) {
  std::vector<Revision> superseded;
  const FunctionName& name = revision->key.name;
  const auto [place, added] = latest_.try_emplace(name, Latest{.revision = revision, .told = state_});
  if (added) {
    names_.insert(name);
    return superseded;
  }
  place->second.told = state_;
  Revision& latest = place->second.revision;
  if (latest->key.revision == revision->key.revision && latest->content_sha256 == revision->content_sha256)
    return superseded;
  superseded.push_back(latest);
  if (latest->key.revision < revision->key.revision) {
    Append(superseded, older_.Insert(latest));
  } else {
    // Its revisions count from 1 again: it was deleted and stored anew.
    ++forgotten_;
    Append(superseded, older_.Erase(name));
  }
  latest = std::move(revision);
  return superseded;
}

std::vector<Catalog::Revision> Catalog::Delete(const FunctionName& name) {
  std::vector<Revision> gone = older_.Erase(name);
  ++forgotten_;
  const auto found = latest_.find(name);
  if (found == latest_.end()) return gone;
  gone.push_back(std::move(found->second.revision));
  latest_.erase(found);
  names_.erase(name);
  return gone;
}

// A whole state is told from here on. What is known goes on being served until it has been told.
std::vector<Catalog::Revision> Catalog::BeginState() {
  ++state_;
  in_state_ = true;
  ++forgotten_;
  return older_.Clear();
}

// The state that was being told is whole: what it did not hold is gone.
std::vector<Catalog::Revision> Catalog::EndState() {
  std::vector<Revision> gone;
  synced_ = true;
  if (!std::exchange(in_state_, false)) return gone;
  std::vector<FunctionName> untold;
  for (const auto& [name, latest] : latest_) {
    if (latest.told != state_) untold.push_back(name);
  }
  for (const FunctionName& name : untold) Append(gone, Delete(name));
  return gone;
}

bool Catalog::synced() const {
  absl::ReaderMutexLock lock(mutex_);
  return synced_;
}

size_t Catalog::size() const {
  absl::ReaderMutexLock lock(mutex_);
  return latest_.size();
}

Catalog::Revision Catalog::Find(const FunctionName& name, int32_t revision) {
  {
    absl::ReaderMutexLock lock(mutex_);
    const auto found = latest_.find(name);
    if (found == latest_.end()) return nullptr;
    const int32_t latest = found->second.revision->key.revision;
    if (revision == 0 || revision == latest) return found->second.revision;
    // The store has dropped it, whatever is still here.
    if (revision <= latest - kRevisionsKeptMax) return nullptr;
  }
  absl::MutexLock lock(mutex_);
  return older_.Find({.name = name, .revision = revision});
}

void Catalog::Fetch(const FunctionName& name, int32_t revision, absl::Time deadline, FetchDone done) {
  bool known;
  uint64_t forgotten;
  {
    absl::ReaderMutexLock lock(mutex_);
    known = latest_.contains(name);
    forgotten = forgotten_;
  }
  if (!known) return std::move(done)(NotFound(name));
  source_.Get(name, revision, deadline,
              [this, forgotten, done = std::move(done)](absl::StatusOr<v1::Function> function) mutable {
                std::move(done)(Keep(std::move(function), forgotten));
              });
}

// Keeps a fetched revision, unless what was true when it was asked for may no longer be: then it serves this one call.
absl::StatusOr<Catalog::Revision> Catalog::Keep(absl::StatusOr<v1::Function> function, uint64_t forgotten) {
  if (!function.ok()) return function.status();
  absl::StatusOr<Revision> revision = MakeFunctionRevision(*function);
  if (!revision.ok()) return revision;
  std::vector<Revision> superseded;
  {
    absl::MutexLock lock(mutex_);
    if (Revision here = older_.Find((*revision)->key); here != nullptr) return here;
    if (forgotten == forgotten_) superseded = older_.Insert(*revision);
  }
  for (const Revision& gone : superseded) on_superseded_(*gone);
  return revision;
}

absl::Status Catalog::NotFound(const FunctionName& name) const {
  std::vector<std::string> neighbours;
  {
    absl::ReaderMutexLock lock(mutex_);
    if (!synced_) return NotHeardYet();
    neighbours = Neighbours(name);
  }
  const std::vector<std::string> nearest = Nearest(name.function_id, neighbours, 3);
  ErrorMetadata metadata = {{"function", name.ToString()}};
  if (!nearest.empty()) metadata.emplace_back("nearest", absl::StrJoin(nearest, ","));
  const std::string where =
      name.namespace_id == kDefaultNamespace ? "" : absl::StrCat(" in the namespace '", name.namespace_id, "'");
  return MakeError(
      absl::StatusCode::kNotFound, reason::kFunctionNotFound,
      absl::StrCat("There is no function '", name.function_id, "'", where, DidYouMean(name.function_id, nearest)),
      metadata);
}

// Ids of the name's namespace around its place in their order, which share its beginning: all of a small namespace, a
// bounded part of a large one.
std::vector<std::string> Catalog::Neighbours(const FunctionName& name) const {
  std::vector<std::string> ids;
  const auto place = names_.lower_bound(name);
  auto after = place;
  for (size_t i = 0; i < kNearestScannedMax / 2 && after != names_.end() && after->namespace_id == name.namespace_id;
       ++i, ++after) {
    ids.push_back(after->function_id);
  }
  auto before = place;
  for (size_t i = 0; i < kNearestScannedMax / 2 && before != names_.begin(); ++i) {
    if ((--before)->namespace_id != name.namespace_id) break;
    ids.push_back(before->function_id);
  }
  return ids;
}

}  // namespace mayfly::dataplane
