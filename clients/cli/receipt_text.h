// A receipt and its logs as people read them.
#ifndef MAYFLY_CLIENTS_CLI_RECEIPT_TEXT_H_
#define MAYFLY_CLIENTS_CLI_RECEIPT_TEXT_H_

#include <string>

#include "clients/cli/terminal.h"
#include "mayfly/v1/invocation.pb.h"

namespace mayfly::cli {

// "6.2 ms".
std::string MillisecondsText(const google::protobuf::Duration& duration);

// "queue 0.1 ms · load 6.2 ms (cold) · run 1.3 ms · fresh"; a warm call has "warm" for its load, one that ended before
// it had a worker only its queue.
std::string ReceiptLine(const v1::Receipt& receipt);

// Prints the captured logs, one a line with its level, and whether some were dropped.
void PrintLogs(const Screen& screen, const v1::Receipt& receipt);

}  // namespace mayfly::cli

#endif  // MAYFLY_CLIENTS_CLI_RECEIPT_TEXT_H_
