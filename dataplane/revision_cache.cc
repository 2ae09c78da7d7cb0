#include "dataplane/revision_cache.h"

#include <utility>

#include "dataplane/function_revision.h"

namespace mayfly::dataplane {
namespace {

size_t SourceBytes(const FunctionRevision& revision) {
  size_t bytes = revision.load.source.size();
  for (const runtime::Module& dependency : revision.load.dependencies)
    bytes += dependency.name.size() + dependency.source.size();
  return bytes;
}

}  // namespace

RevisionCache::Revision RevisionCache::Find(const FunctionKey& key) {
  const auto found = places_.find(key);
  if (found == places_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->revision;
}

std::vector<RevisionCache::Revision> RevisionCache::Insert(Revision revision) {
  std::vector<Revision> gone;
  const auto same = places_.find(revision->key);
  if (same != places_.end()) gone.push_back(Take(same->second));
  const size_t bytes = SourceBytes(*revision);
  bytes_ += bytes;
  entries_.push_front({.revision = revision, .bytes = bytes});
  places_[revision->key] = entries_.begin();
  while (entries_.size() > count_max_ || bytes_ > bytes_max_) gone.push_back(Take(std::prev(entries_.end())));
  return gone;
}

std::vector<RevisionCache::Revision> RevisionCache::Erase(const FunctionName& name) {
  std::vector<Revision> gone;
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    const auto next = std::next(entry);
    if (entry->revision->key.name == name) gone.push_back(Take(entry));
    entry = next;
  }
  return gone;
}

std::vector<RevisionCache::Revision> RevisionCache::Clear() {
  std::vector<Revision> gone;
  while (!entries_.empty()) gone.push_back(Take(entries_.begin()));
  return gone;
}

RevisionCache::Revision RevisionCache::Take(Entries::iterator entry) {
  Revision revision = std::move(entry->revision);
  bytes_ -= entry->bytes;
  places_.erase(revision->key);
  entries_.erase(entry);
  return revision;
}

}  // namespace mayfly::dataplane
