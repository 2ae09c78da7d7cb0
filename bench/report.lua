-- wrk's script: posts what BENCH_BODY holds (a GET without it), and prints what came of it as one line of JSON.
-- With BENCH_FUNCTIONS=N it posts to /invoke/BENCH_PREFIX1 … N instead of the given path, drawn by Zipf's law (exponent 1).
local body = os.getenv("BENCH_BODY")
if body and body ~= "" then
  wrk.method = "POST"
  wrk.body = body
  wrk.headers["Content-Type"] = "application/json"
end

local functions = tonumber(os.getenv("BENCH_FUNCTIONS") or "")
if functions then
  local prefix = os.getenv("BENCH_PREFIX")
  local requests, draws, next_draw = {}, {}, 0

  -- The least rank whose cumulative share reaches `share`.
  local function rank_of(shares, share)
    local low, high = 1, #shares
    while low < high do
      local middle = math.floor((low + high) / 2)
      if shares[middle] < share then low = middle + 1 else high = middle end
    end
    return low
  end

  function init()
    local shares, sum = {}, 0
    for rank = 1, functions do
      requests[rank] = wrk.format(nil, "/invoke/" .. prefix .. rank)
      sum = sum + 1 / rank
      shares[rank] = sum
    end
    math.randomseed(1)
    for i = 1, 65536 do draws[i] = rank_of(shares, math.random() * sum) end
  end

  function request()
    next_draw = next_draw % #draws + 1
    return requests[draws[next_draw]]
  end
end

function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format(
    'BENCH {"calls": %d, "errors": %d, "seconds": %.3f, "p50_micros": %d, "p90_micros": %d, "p99_micros": %d, "p999_micros": %d}\n',
    summary.requests, e.connect + e.read + e.write + e.status + e.timeout, summary.duration / 1e6,
    latency:percentile(50), latency:percentile(90), latency:percentile(99), latency:percentile(99.9)))
end
