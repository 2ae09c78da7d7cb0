-- wrk's script: posts what BENCH_BODY holds (a GET without it), and prints what came of it as one line of JSON.
local body = os.getenv("BENCH_BODY")
if body and body ~= "" then
  wrk.method = "POST"
  wrk.body = body
  wrk.headers["Content-Type"] = "application/json"
end

function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format(
    'BENCH {"calls": %d, "errors": %d, "seconds": %.3f, "p50_micros": %d, "p99_micros": %d}\n',
    summary.requests, e.connect + e.read + e.write + e.status + e.timeout, summary.duration / 1e6,
    latency:percentile(50), latency:percentile(99)))
end
