#include "gateway/testing/http_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "absl/log/check.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace mayfly::gateway::testing {

std::string ClientResponse::Header(std::string_view name) const {
  for (std::string_view line : absl::StrSplit(head, "\r\n")) {
    if (absl::StartsWithIgnoreCase(line, absl::StrCat(name, ": "))) return std::string(line.substr(name.size() + 2));
  }
  return "";
}

HttpClient::HttpClient(uint16_t port) : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const timeval patience{.tv_sec = 10, .tv_usec = 0};
  CHECK_EQ(setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)), 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  CHECK_EQ(connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
}

void HttpClient::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;  // the server has closed: what it said is still to be read
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
}

void HttpClient::FinishSending() { shutdown(socket_.get(), SHUT_WR); }

void HttpClient::Close() { socket_.reset(); }

ClientResponse HttpClient::Read(bool has_body) {
  ClientResponse response;
  size_t end;
  while ((end = buffer_.find("\r\n\r\n")) == buffer_.npos) {
    if (!Fill()) return response;
  }
  response.head = Take(end + 4);
  CHECK(absl::SimpleAtoi(response.head.substr(9, 3), &response.status)) << response.head;
  if (!has_body || response.status < 200) return response;
  size_t length = 0;
  if (absl::SimpleAtoi(response.Header("Content-Length"), &length)) response.body = Take(length);
  if (response.Header("Transfer-Encoding") == "chunked") response.body = TakeChunks();
  return response;
}

ClientResponse HttpClient::Call(std::string_view method, std::string_view target, std::string_view body,
                                std::string_view headers) {
  const std::string length = body.empty() ? "" : absl::StrCat("Content-Length: ", body.size(), "\r\n");
  Send(absl::StrCat(method, " ", target, " HTTP/1.1\r\nHost: test\r\n", length, headers, "\r\n", body));
  return Read(method != "HEAD");
}

std::string HttpClient::ReadToEnd() {
  while (Fill()) {
  }
  return std::exchange(buffer_, "");
}

std::string HttpClient::ReadLine() {
  size_t end;
  while ((end = buffer_.find('\n')) == buffer_.npos) {
    if (!Fill()) return std::exchange(buffer_, "");
  }
  return Take(end + 1);
}

std::string HttpClient::ReadLines(int count) {
  std::string lines;
  for (int i = 0; i < count; ++i) lines += ReadLine();
  return lines;
}

bool HttpClient::Fill() {
  char bytes[65536];
  const ssize_t count = recv(socket_.get(), bytes, sizeof(bytes), 0);
  if (count <= 0) return false;
  buffer_.append(bytes, static_cast<size_t>(count));
  return true;
}

std::string HttpClient::Take(size_t count) {
  while (buffer_.size() < count && Fill()) {
  }
  std::string taken = buffer_.substr(0, count);
  buffer_.erase(0, count);
  return taken;
}

std::string HttpClient::TakeChunks() {
  std::string body;
  while (true) {
    const std::string line = ReadLine();
    size_t size;
    if (!absl::SimpleHexAtoi(absl::StripSuffix(line, "\r\n"), &size)) return body;
    body += Take(size);
    Take(2);
    if (size == 0) return body;
  }
}

}  // namespace mayfly::gateway::testing
