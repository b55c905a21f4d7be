-- Sends the requests of a file, one after the other, and tells what was answered. Numbers: length of each, then its text.
local again = os.getenv("WRK_AGAIN") == "1"
local requests, number, threads = {}, 0, {}
counts = {}

function setup(thread) table.insert(threads, thread) end

function init()
  local file = assert(io.open(os.getenv("WRK_REQUESTS"), "rb"))
  for length in file:lines() do
    requests[#requests + 1] = file:read(tonumber(length))
    file:read(1)
  end
  file:close()
end

function request()
  number = number + 1
  if number > #requests then
    if not again then wrk.thread:stop() end
    number = 1
  end
  return requests[number]
end

function response(status) counts[status] = (counts[status] or 0) + 1 end

function done(summary, latency)
  local parts = {}
  for status, count in pairs(threads[1]:get("counts")) do
    parts[#parts + 1] = string.format('"%d": %d', status, count)
  end
  local errors = summary.errors
  io.write(string.format(
    '\n{"seconds": %f, "by_status": {%s}, "p50_ms": %f, "p95_ms": %f, "p99_ms": %f, "broken": %d}\n',
    summary.duration / 1e6, table.concat(parts, ", "), latency:percentile(50) / 1e3, latency:percentile(95) / 1e3,
    latency:percentile(99) / 1e3, errors.connect + errors.read + errors.write + errors.timeout))
end
