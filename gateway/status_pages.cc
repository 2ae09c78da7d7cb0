#include "gateway/status_pages.h"

#include <optional>
#include <string_view>

#include "gateway/fixed_answers.h"

namespace mayfly::gateway {
namespace {

constexpr std::string_view kPlainText = "text/plain";
constexpr std::string_view kMetricsFormat = "text/plain; version=0.0.4; charset=utf-8";

// The answer to a method that asks for no page.
std::optional<HttpResponse> AnswerUnlessRead(const HttpRequestHead& head) {
  if (head.method == "GET" || head.method == "HEAD") return std::nullopt;
  const std::string allow = AllowOf({"GET"});
  return head.method == "OPTIONS" ? OptionsResponse(allow) : MethodNotAllowed(head, allow);
}

}  // namespace

HttpResponse StatusPages::Health(const HttpRequestHead& head) const {
  if (std::optional<HttpResponse> answer = AnswerUnlessRead(head)) return *std::move(answer);
  const bool draining = draining_;
  return {.status = draining ? 503 : 200, .content_type = kPlainText, .body = draining ? "DRAINING" : "OK"};
}

HttpResponse StatusPages::Metrics(const HttpRequestHead& head) const {
  if (!metrics_) return NoRoute(head);
  if (std::optional<HttpResponse> answer = AnswerUnlessRead(head)) return *std::move(answer);
  return {.status = 200, .content_type = kMetricsFormat, .body = metrics_()};
}

std::variant<HttpResponse, std::shared_ptr<HttpExchange>> StatusPages::Begin(const HttpRequestHead& head) {
  const std::string_view path = PathOf(head.target);
  if (path == kHealthPath) return Health(head);
  return path == kMetricsPath ? Metrics(head) : NoRoute(head);
}

}  // namespace mayfly::gateway
