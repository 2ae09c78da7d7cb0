// A file of bearer tokens: one a line; empty lines and lines that begin with '#' are not.
#ifndef MAYFLY_CLIENTS_CLI_TOKEN_FILE_H_
#define MAYFLY_CLIENTS_CLI_TOKEN_FILE_H_

#include <string>
#include <string_view>
#include <vector>

namespace mayfly::cli {

// In the file's order; a server takes any of them, a client sends the first.
std::vector<std::string> ParseTokens(std::string_view text);

}  // namespace mayfly::cli

#endif  // MAYFLY_CLIENTS_CLI_TOKEN_FILE_H_
