// Every bound of Mayfly, by name. A limit that an operator may set is only the default here: its flag is beside it, and
// docs/limits.md says of each what it is for, who holds it and what a caller sees when it is passed.
#ifndef MAYFLY_BASE_LIMITS_H_
#define MAYFLY_BASE_LIMITS_H_

#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"

namespace mayfly {

inline constexpr size_t kKiB = 1024;
inline constexpr size_t kMiB = 1024 * kKiB;

// What a call carries.
inline constexpr size_t kEventBytesMax = 6 * kMiB;   // --max-event takes less
inline constexpr size_t kResultBytesMax = 6 * kMiB;  // --max-result takes less
inline constexpr int kJsonDepthMax = 1000;

// What a call may have waiting.
inline constexpr size_t kTimersMax = 10'000;  // js: setTimeout then throws
inline constexpr size_t kRejectionsMax =
    1'000;  // js: rejected promises that nobody has handled yet, and that will be logged

// What a call leaves in its receipt.
inline constexpr size_t kLogBytesMax = 256 * kKiB;  // --max-logs takes less
inline constexpr size_t kLogEntriesMax = 4096;
inline constexpr size_t kErrorTextBytesMax = 64 * kKiB;  // of a message, and of a stack
inline constexpr size_t kErrorTypeBytesMax = 256;
inline constexpr size_t kStackFramesMax = 64;
inline constexpr size_t kStackNameBytesMax = 512;  // of a frame's function, and of its file

// What a manifest holds.
// All sources and names together, and the body that brings them; --max-source takes less.
inline constexpr size_t kManifestBytesMax = 16 * kMiB;
inline constexpr size_t kDependenciesMax = 2000;
inline constexpr size_t kDependencyNameBytesMax = 256;
inline constexpr size_t kFunctionIdBytesMax = 128;
inline constexpr size_t kHandlerNameBytesMax = 128;
inline constexpr size_t kViolationsShownMax = 8;  // in one error, which must fit in a reply's metadata
inline constexpr absl::Duration kTimeoutDefault = absl::Milliseconds(5000);
inline constexpr absl::Duration kTimeoutMin = absl::Milliseconds(1);
inline constexpr absl::Duration kTimeoutMax = absl::Milliseconds(300'000);  // --max-timeout takes less
inline constexpr int kMemoryLimitMibDefault = 128;
inline constexpr int kMemoryLimitMibMin = 32;
inline constexpr int kMemoryLimitMibMax = 4096;  // and --max-worker-memory, for all workers together
inline constexpr size_t kWarmUpEventsMax = 16;
inline constexpr int kWarmUpRuns = 10;  // of each, when a worker loads the function

// What the store holds.
inline constexpr int kRevisionsKeptMax = 100;
inline constexpr int kFunctionsMax = 100'000;  // --max-functions
inline constexpr int kPageSizeMax = 1000;
inline constexpr size_t kWatchQueueMax = 1024;              // changes waiting for one slow reader
inline constexpr size_t kChangesKeptMax = 10'000;           // how far back a resume token may reach
inline constexpr size_t kPageBytesMax = kManifestBytesMax;  // a page ends early when its functions hold more
inline constexpr int kWatchBatchMax = 64;       // changes, and functions of the state, read for a watch at once
inline constexpr size_t kWatchersMax = 256;     // WatchFunctions streams at once
inline constexpr size_t kStoreQueueMax = 1024;  // writes waiting for the store; and, apart from them, reads
inline constexpr size_t kStoreGroupMax = 128;   // writes that one commit makes durable
inline constexpr size_t kStoreGroupBytesMax = 64 * kMiB;  // of their manifests together; and of those that wait
inline constexpr absl::Duration kStoreBusyTimeMax =
    absl::Seconds(2);                               // waiting for another program's lock on the store
inline constexpr int kChecksInFlightMax = 64;       // functions being loaded before they are stored
inline constexpr int kUpdateAttemptsMax = 8;        // of an update without an etag against others of the same function
inline constexpr int kNearestCandidatesMax = 1000;  // ids compared with an unknown one

// What the data plane runs.
inline constexpr int kQueuePerFunctionMax = 256;            // --max-queue-per-function
inline constexpr int kQueueMax = 4096;                      // --max-queue
inline constexpr int kPreparedCallsMax = 1000;              // --worker-max-calls under fresh: then it is retired
inline constexpr int kRewoundCallsMax = 100'000;            // and under rewind
inline constexpr absl::Duration kCpuTimeMax = kTimeoutMax;  // --max-cpu-time: of a call
// How long a call is not looked at, at least, before it is asked again what CPU time it has used.
inline constexpr absl::Duration kCpuCheckPeriodMin = absl::Milliseconds(5);
// A function whose workers crash so often in a row is in quarantine: its calls are refused for a pause, which doubles
// with each further crash, from the first to the second. A success ends it.
inline constexpr int kCrashesInARowMax = 5;                          // --max-crashes
inline constexpr absl::Duration kQuarantineMin = absl::Seconds(1);   // --min-quarantine
inline constexpr absl::Duration kQuarantineMax = absl::Seconds(60);  // --max-quarantine
inline constexpr size_t kCrashRecordsMax = 4096;                     // functions whose crashes are remembered
// Of the memory that the process may use, what is never given to workers: the server's own and its zygotes'.
inline constexpr size_t kHostReservedBytes = 192 * kMiB;
inline constexpr size_t kDescriptorsMax = 1024;                     // open files of a worker
inline constexpr absl::Duration kWorkerAgeMax = absl::Minutes(30);  // --worker-max-age
inline constexpr absl::Duration kLoadTimeMax = absl::Seconds(10);   // --load-timeout: fork, load and each Prepare
// How long an answer waits for the figures of a worker that was killed.
inline constexpr absl::Duration kKillTimeMax = absl::Milliseconds(25);
// How long a function without a worker waits before one is taken from a function that keeps its workers busy.
inline constexpr absl::Duration kGrowthTimeDefault = absl::Milliseconds(10);  // see dataplane/pool_limits.h
inline constexpr absl::Duration kStarvationTimeMax = absl::Milliseconds(100);
inline constexpr absl::Duration kRetryDelay = absl::Seconds(1);  // what RetryInfo tells a caller that was turned away
inline constexpr size_t kRevisionsCachedMax = 256;  // revisions that are not the latest, kept to be invoked again
inline constexpr size_t kRevisionCacheBytesMax = 64 * kMiB;  // and their sources
inline constexpr size_t kNearestScannedMax = 500;            // ids looked at to name the nearest of an unknown one
// The pause before a lost watch is begun again: it doubles with each failure, from the first to the second.
inline constexpr absl::Duration kWatchRetryMin = absl::Milliseconds(50);
inline constexpr absl::Duration kWatchRetryMax = absl::Seconds(5);

// What host and worker tell each other. The areas are address space, not memory: a page costs something once it is
// written.
inline constexpr size_t kInvocationIdBytesMax = 64;
inline constexpr size_t kChannelRequestBytesMax =
    kManifestBytesMax + kMiB;  // the manifest, and the lengths between its texts
inline constexpr size_t kChannelReplyBytesMax =
    kResultBytesMax + 2 * kMiB;                             // the result, and its logs, error and stack
inline constexpr size_t kChannelKeptBytesMax = 256 * kKiB;  // of shared memory after a call; what is more goes back
inline constexpr absl::Duration kGuestClockMax = absl::Hours(24);  // of a time that a worker reports
inline constexpr int kForksPendingMax = 64;                        // asked of one zygote and not answered
inline constexpr absl::Duration kExitReportTimeMax =
    absl::Seconds(1);  // from a worker's silence to its zygote's word on it
inline constexpr size_t kWorkerStderrBytesPerSecondMax = 16 * kKiB;  // logged of a zygote and its workers together

inline constexpr absl::Duration kZygoteExitTimeMax = absl::Seconds(1);  // when it is told to stop; then it is killed
inline constexpr absl::Duration kZygotePauseMax = absl::Seconds(5);     // between starts of one that does not come up

// What the kernel lets a worker have.
inline constexpr int kWorkerFdsMax = 64;
inline constexpr size_t kWorkerReservedBytesMax = 64 * kMiB;  // address space beyond its memory limit
inline constexpr size_t kPythonArenaBytesMax = (kMemoryLimitMibMax + 256) * kMiB;  // address space of CPython's objects
inline constexpr size_t kPythonArenaSlackBytes = 8 * kMiB;  // of it, writable before a call asks for it

// What the doors take.
inline constexpr size_t kBodyBytesMax = 24 * kMiB;  // --max-body: a manifest with its JSON escapes, or an event
inline constexpr size_t kHttpHeaderBytesMax = 32 * kKiB;
inline constexpr int kHttpConnectionsMax = 4096;  // --max-connections
inline constexpr absl::Duration kHttpHeaderTimeMax = absl::Seconds(10);
inline constexpr absl::Duration kHttpBodyTimeMax = absl::Seconds(60);
inline constexpr absl::Duration kHttpIdleTimeMax = absl::Seconds(75);
inline constexpr int kGrpcStreamsMax = 1024;  // calls at a time on one connection
inline constexpr absl::Duration kGrpcKeepaliveTime = absl::Seconds(60);
inline constexpr absl::Duration kGrpcKeepaliveTimeout = absl::Seconds(20);
inline constexpr absl::Duration kGrpcPingIntervalMin = absl::Seconds(10);
inline constexpr int kGrpcSyncThreadsMax = 8;
inline constexpr absl::Duration kGrpcReconnectMin = absl::Milliseconds(100);  // between roles
inline constexpr absl::Duration kGrpcReconnectMax = absl::Seconds(2);
inline constexpr size_t kTokenFileBytesMax = 64 * kKiB;
inline constexpr absl::Duration kHttpLingerTimeMax = absl::Seconds(2);  // for a refused request to read its answer
inline constexpr size_t kStreamBytesMax = 32 * kMiB;                    // waiting for one slow reader of a stream
inline constexpr size_t kMetadataBytesMax = 16 * kKiB;
inline constexpr size_t kReplyBytesMax = 64 * kMiB;  // what our clients take: a page of a list
// A gRPC error's message and details travel as metadata, of which a peer takes 8 KiB unless it says otherwise; so a
// larger error is cut (logs first, then the stack) unless the caller sends kErrorBytesMaxKey with what it takes. Our
// clients take any error whole.
inline constexpr size_t kErrorDetailsBytesDefault = 7 * kKiB;
inline constexpr size_t kErrorDetailsBytesMax = 1 * kMiB;
inline constexpr char kErrorBytesMaxKey[] = "mayfly-error-bytes-max";
inline constexpr absl::Duration kDrainTimeMax = absl::Seconds(30);  // --drain-timeout

}  // namespace mayfly

#endif  // MAYFLY_BASE_LIMITS_H_
