// The receipt as callers see it: a message in the reply, and metadata beside it.
#ifndef MAYFLY_DATAPLANE_RECEIPT_H_
#define MAYFLY_DATAPLANE_RECEIPT_H_

#include "dataplane/call_report.h"
#include "dataplane/isolation.h"

namespace mayfly {
class ServerCall;
}
namespace mayfly::v1 {
class Receipt;
}

namespace mayfly::dataplane {

// Fills an empty receipt; takes the logs out of the report.
void FillReceipt(CallReport& report, const Isolation& isolation, v1::Receipt& receipt);

// Adds mayfly-invocation-id, mayfly-revision, mayfly-start, mayfly-isolation, server-timing, mayfly-cpu-micros and
// mayfly-peak-memory-kib; what the call never came to have is left out.
void AddReceiptMetadata(const CallReport& report, const Isolation& isolation, ServerCall& call);

}  // namespace mayfly::dataplane

#endif  // MAYFLY_DATAPLANE_RECEIPT_H_
