// A plain HTTP/1.1 client for tests, which sends any bytes and reads whole responses.
#ifndef MAYFLY_GATEWAY_TESTING_HTTP_CLIENT_H_
#define MAYFLY_GATEWAY_TESTING_HTTP_CLIENT_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "base/unique_fd.h"

namespace mayfly::gateway::testing {

struct ClientResponse {
  int status = 0;  // 0: the connection ended before a response
  std::string head;
  std::string body;  // without its chunks' framing

  // A header's value; "" if there is none.
  std::string Header(std::string_view name) const;
};

class HttpClient {
 public:
  // Connects to 127.0.0.1. A read that takes ten seconds ends as if the server had closed.
  explicit HttpClient(uint16_t port);

  void Send(std::string_view bytes);

  // No more will be sent.
  void FinishSending();

  // Closes at once.
  void Close();

  // The next response. `has_body` is false for the answer to a HEAD.
  ClientResponse Read(bool has_body = true);

  // Sends a whole request with a Host and, if there is a body, its Content-Length, and reads the answer. `headers` are
  // lines, each with its line end.
  ClientResponse Call(std::string_view method, std::string_view target, std::string_view body = "",
                      std::string_view headers = "");

  // All that comes until the server closes.
  std::string ReadToEnd();

  // One line of what comes, with its end.
  std::string ReadLine();
  std::string ReadLines(int count);

 private:
  bool Fill();
  std::string Take(size_t count);
  std::string TakeChunks();

  UniqueFd socket_;
  std::string buffer_;
};

}  // namespace mayfly::gateway::testing

#endif  // MAYFLY_GATEWAY_TESTING_HTTP_CLIENT_H_
