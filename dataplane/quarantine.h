// Which functions' calls are refused for a while because their workers crash again and again.
#ifndef MAYFLY_DATAPLANE_QUARANTINE_H_
#define MAYFLY_DATAPLANE_QUARANTINE_H_

#include <cstddef>
#include <memory>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "base/limits.h"

namespace mayfly::dataplane {

struct FunctionRevision;

// Counts each revision's crashes in a row. With the `crashes_max`-th begins a pause; when it is over the function may
// be called again, and each further crash begins another pause, twice as long as the one before, up to `pause_max`. A
// success forgets all of it. A new revision is another function.
//
// Holds no revision: one that is gone is as good as forgotten. Not thread-safe; pure, with monotonic times handed in.
class Quarantine {
 public:
  struct Options {
    int crashes_max = kCrashesInARowMax;
    absl::Duration pause_min = kQuarantineMin;
    absl::Duration pause_max = kQuarantineMax;
    // How many revisions are remembered. Beyond it the one whose crash is longest ago is forgotten.
    size_t records_max = kCrashRecordsMax;
  };

  explicit Quarantine(const Options& options) : options_(options) {}

  // The pause that begins with this crash; zero: none does. A crash during a pause is that of a call which had begun
  // before, and changes nothing.
  absl::Duration OnCrash(const std::shared_ptr<const FunctionRevision>& function, absl::Duration now);

  // A call of it succeeded, or it will not be called any more.
  void Forget(const FunctionRevision& function) { records_.erase(&function); }

  // What is left of its pause; zero: it may be called.
  absl::Duration PauseLeft(const FunctionRevision& function, absl::Duration now) const;

  // How many functions have a pause.
  int CountPaused(absl::Duration now) const;

  // Whether no crash is remembered.
  bool empty() const { return records_.empty(); }

 private:
  struct Record {
    std::weak_ptr<const FunctionRevision> function;  // expired: another revision may have its address by now
    int crashes = 0;                                 // in a row, until the first pause
    absl::Duration last;                             // when the last one was
    absl::Duration pause;                            // the last one
    absl::Duration pause_end;
  };

  Record& FindOrAdd(const std::shared_ptr<const FunctionRevision>& function);
  void MakeRoom();

  const Options options_;
  absl::flat_hash_map<const FunctionRevision*, Record> records_;
};

}  // namespace mayfly::dataplane

#endif  // MAYFLY_DATAPLANE_QUARANTINE_H_
