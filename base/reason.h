// The reasons of ErrorInfo, domain "mayfly": the word a program decides by. docs/errors.md says of each what happened
// and what to do.
#ifndef MAYFLY_BASE_REASON_H_
#define MAYFLY_BASE_REASON_H_

namespace mayfly::reason {

// What the guest did.
inline constexpr char kFunctionThrew[] = "FUNCTION_THREW";
inline constexpr char kSourceInvalid[] = "SOURCE_INVALID";
inline constexpr char kHandlerNotFound[] = "HANDLER_NOT_FOUND";
inline constexpr char kFunctionTimeout[] = "FUNCTION_TIMEOUT";
inline constexpr char kCpuLimit[] = "CPU_LIMIT";
inline constexpr char kMemoryLimit[] = "MEMORY_LIMIT";
inline constexpr char kWorkerCrashed[] = "WORKER_CRASHED";
inline constexpr char kResultNotSerializable[] = "RESULT_NOT_SERIALIZABLE";
inline constexpr char kResultTooLarge[] = "RESULT_TOO_LARGE";

// What the caller sent.
inline constexpr char kEventInvalid[] = "EVENT_INVALID";
inline constexpr char kEventTooLarge[] = "EVENT_TOO_LARGE";
inline constexpr char kSourceTooLarge[] = "SOURCE_TOO_LARGE";
inline constexpr char kManifestInvalid[] = "MANIFEST_INVALID";
inline constexpr char kNameInvalid[] = "NAME_INVALID";
inline constexpr char kRequestInvalid[] = "REQUEST_INVALID";
inline constexpr char kRequestTimeout[] = "REQUEST_TIMEOUT";
inline constexpr char kRequestTooLarge[] = "REQUEST_TOO_LARGE";
inline constexpr char kPageTokenInvalid[] = "PAGE_TOKEN_INVALID";
inline constexpr char kFunctionNotFound[] = "FUNCTION_NOT_FOUND";
inline constexpr char kFunctionExists[] = "FUNCTION_EXISTS";
inline constexpr char kEtagMismatch[] = "ETAG_MISMATCH";
inline constexpr char kUnauthenticated[] = "UNAUTHENTICATED";
inline constexpr char kRouteNotFound[] = "ROUTE_NOT_FOUND";
inline constexpr char kMethodNotAllowed[] = "METHOD_NOT_ALLOWED";
inline constexpr char kMediaTypeUnsupported[] = "MEDIA_TYPE_UNSUPPORTED";

// What the host could not do.
inline constexpr char kQueueTimeout[] = "QUEUE_TIMEOUT";
inline constexpr char kOverloaded[] = "OVERLOADED";
inline constexpr char kFunctionQuarantined[] = "FUNCTION_QUARANTINED";
inline constexpr char kMemoryBudgetExceeded[] = "MEMORY_BUDGET_EXCEEDED";
inline constexpr char kShuttingDown[] = "SHUTTING_DOWN";
inline constexpr char kFunctionsExhausted[] = "FUNCTIONS_EXHAUSTED";
inline constexpr char kStorageFull[] = "STORAGE_FULL";
inline constexpr char kStorageFailed[] = "STORAGE_FAILED";
inline constexpr char kWatchTooSlow[] = "WATCH_TOO_SLOW";
inline constexpr char kPeerUnreachable[] = "PEER_UNREACHABLE";  // one role of Mayfly can't reach another
inline constexpr char kCancelled[] = "CANCELLED";
inline constexpr char kInternal[] = "INTERNAL";

}  // namespace mayfly::reason

#endif  // MAYFLY_BASE_REASON_H_
