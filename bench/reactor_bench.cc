// The reactor language: reading programs, one short run, ten thousand programs in memory, and a
// loop over records against the same in Lua 5.4.
//
// Ratios are of processor time, measured turn by turn in one process.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <lua.hpp>

#include "components/reactor/contract.h"
#include "components/reactor/run.h"

namespace daybook::bench {
namespace {

namespace r = reactor;

class NoModules final : public r::Modules {
 public:
  std::optional<std::string> code(std::string_view) const override { return std::nullopt; }
};

class OrderSets final : public r::Sets {
 public:
  OrderSets() {
    using Kind = r::FieldType::Kind;
    const r::FieldType customer{Kind::kRecord, false, {{"email", {Kind::kText}}}};
    orders_.fields = {{"id", {Kind::kUuid}},      {"orderNumber", {Kind::kText}},
                      {"status", {Kind::kText}},  {"createdAt", {Kind::kInstant}},
                      {"total", {Kind::kNumber}}, {"note", {Kind::kText, true}},
                      {"customer", customer},     {"quantity", {Kind::kNumber}}};
  }
  const r::SetType* find(std::string_view name) const override {
    return name == "orders" ? &orders_ : nullptr;
  }
  std::vector<std::string> names() const override { return {"orders"}; }

 private:
  r::SetType orders_;
};

class OneAnswer final : public r::World {
 public:
  explicit OneAnswer(std::string answer) : answer_(std::move(answer)) {}
  Result<std::string> ask(std::string_view) override { return answer_; }

 private:
  std::string answer_;
};

// The first sample of the page.
constexpr std::string_view kMails = R"(//process-orders.hreactor
import 'resources'

param processingDate: text

let orders = query orders(orderNumber)
  filter $'createdAt >= {processingDate}'
  orderBy 'createdAt asc'

from orders select order => sendEmail {
  to = order.customer.email
  subject = 'Processing Update'
  body = {
    html = '<p>Your order is being processed</p>'
  }
  dynamic = {
    orderId = order.id
  }
}
)";

// The second, with a function of its own: two lets, one effect.
constexpr std::string_view kChain = R"(//nightly-processor.hreactor
// Do the work
let orders = query orders(orderNumber)
filter 'status == ''pending'''
let processResult = orders select order => order.orderNumber
// Schedule next run (24 hours from now)
from {
effect = 'scheduleJob'
definition = 'nightly-order-processing'
at = now addDays 1
parameters = {}
}
)";

constexpr std::string_view kReport = R"(// Totals of the day, by status, for those who want them.
import { floor, round } from 'math'

param day: date
param threshold: number = 1000
param recipients: [text] = ['finance@example.com', 'ops@example.com']

let Order: { orderNumber: text, status: text, total: number }
let label(status: text) => status match
  'open' | 'pending' |> 'Open'
  'sent' |> 'Sent'
  /^cancel/ |> 'Cancelled'
  |> $'Other ({status})'

let orders = query orders(orderNumber, status, total, createdAt, note)
  filter $'createdAt >= {day :: instant} and createdAt < {(day :: instant) addDays 1}'
  orderBy 'createdAt desc'

let rows = orders match
  QueryError |> []
  (found) |> found
    where o => o.total > 0 and (o.note is nothing or not (o.note startsWith 'test'))
    select o => { number = o.orderNumber, status = label(o.status), total = o.total round 2 }

let groups = rows groupBy (o => o.status) select g => {
  status = g.key
  count = g.items count
  sum = (g.items select i => i.total) sum
  large = (g.items where i => i.total >= threshold) count
}

let line(g) => $'{g.status padRight 12} {g.count :: text padLeft 6} {g.sum}'
let body = (groups select g => line(g)) implode '
'

from recipients select recipient => sendEmail {
  to = recipient
  subject = $'Orders of {day}: {rows count}'
  body = { plainText = body, html = $'<pre>{body}</pre>' }
  category = 'report'
}
from {
  effect = 'scheduleJob'
  definition = 'daily-report'
  at = (now addDays 1) startOfDay addHours 2
  parameters = { day = ((now addDays 1) :: date) :: text }
}
)";

constexpr std::string_view kRetry =
    R"(/* Sends one order to the other system, and tries again up to five times. */
param orderNumber: text
param attempt: number = 1
param url: text = 'https://partner.example.com/orders'

let signature(payload) => payload asJsonText asHmacSha256 'not a secret' encode base64Url
let payload = {
  number = orderNumber
  attempt = attempt
  sentAt = now
  headers = { 'content-type' -> 'application/json', 'x-attempt' -> attempt :: text }
}

let answer = web.http(url, {
  method = 'POST'
  headers = payload.headers
  body = payload with { signature = signature(payload) }
})

from answer match
  HttpResponseOk |> answer.content match
    '' |> 'accepted'
    (content) |> $'accepted: {content slice (0, 200)}'
  |> attempt match
    5 |> $'given up with {answer.statusCode}'
    |> {
      effect = 'scheduleJob'
      definition = 'send-order'
      at = now + 10 seconds * attempt
      parameters = { orderNumber = orderNumber, attempt = attempt + 1 }
    }
)";

constexpr std::array kTexts = {kMails, kChain, kReport, kRetry};

void compile_texts(benchmark::State& state) {
  const NoModules modules;
  const OrderSets sets;
  std::size_t bytes = 0;
  for (auto _ : state) {
    for (const std::string_view text : kTexts) {
      r::Compiled compiled = r::compile("a.hrc", std::string(text), modules, sets);
      if (!compiled.ok()) {
        state.SkipWithError(compiled.diagnostics.front().text().c_str());
        return;
      }
      bytes += text.size();
    }
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}
BENCHMARK(compile_texts);

std::shared_ptr<const r::Program> compiled(std::string_view text) {
  static const NoModules modules;
  static const OrderSets sets;
  const r::Compiled out = r::compile("a.hrc", std::string(text), modules, sets);
  for (const r::Diagnostic& d : out.diagnostics) {
    std::fprintf(stderr, "%s\n", d.text().c_str());
  }
  return out.program;
}

void run_chain(benchmark::State& state) {
  const auto program = compiled(kChain);
  OneAnswer world(R"({"type":{"id":"uuid"},"rows":[{"orderNumber":"1"},{"orderNumber":"2"}]})");
  r::RunInputs inputs;
  inputs.now = Micros{1'772'366'400'000'000};
  for (auto _ : state) {
    r::RunResult result = r::run(*program, inputs, world);
    if (result.fault || result.effects.size() != 1) {
      state.SkipWithError("the run failed");
      return;
    }
    benchmark::DoNotOptimize(result);
  }
}
BENCHMARK(run_chain);

// What the thread that decides pays for a job of a component in the language.
void check_contract(benchmark::State& state) {
  const NoModules modules;
  const OrderSets sets;
  const r::Compiled compiled =
      r::compile("a.hrc",
                 "param orderId: uuid\nparam amount: number = 1\nparam kind: 'mail' | 'call'\n"
                 "param lines: [{ sku: text, quantity: number }]\nfrom orderId\n",
                 modules, sets);
  const auto contract = *r::Contract::read(r::contract_text(*compiled.program));
  const std::string parameters =
      R"({"orderId":"01a2147d-ecd3-7000-8000-000000000030","kind":"call",)"
      R"("lines":[{"sku":"A-100","quantity":2},{"sku":"B-7","quantity":1}]})";
  if (!contract->check(parameters)) {
    state.SkipWithError("the parameters are refused");
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize(contract->check(parameters));
  }
}
BENCHMARK(check_contract);

std::size_t resident_bytes() {
  std::ifstream in("/proc/self/statm");
  std::size_t total = 0;
  std::size_t resident = 0;
  in >> total >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

// Ten thousand that differ, of the four texts in turn.
void load_components(benchmark::State& state) {
  constexpr int kCount = 10'000;
  for (auto _ : state) {
    const std::size_t before = resident_bytes();
    std::vector<std::shared_ptr<const r::Program>> all;
    all.reserve(kCount);
    std::size_t text_bytes = 0;
    std::size_t counted = 0;
    for (int i = 0; i < kCount; ++i) {
      std::string text(kTexts[static_cast<std::size_t>(i) % kTexts.size()]);
      text += "from " + std::to_string(i) + "\n";
      text_bytes += text.size();
      all.push_back(compiled(text));
      counted += r::memory_of(*all.back());
    }
    const std::size_t after = resident_bytes();
    state.counters["resident_mb"] = static_cast<double>(after - before) / 1e6;
    state.counters["counted_mb"] = static_cast<double>(counted) / 1e6;
    state.counters["text_mb"] = static_cast<double>(text_bytes) / 1e6;
  }
}
BENCHMARK(load_components)->Iterations(1)->Unit(benchmark::kMillisecond);

// ---- the same loop in both languages ----
struct Loop {
  const char* name;
  std::string_view ours;
  std::string_view lua;
};

constexpr std::array kLoops = {
    Loop{"pipes",
         R"(let total = ((rows where r => r.quantity > 3) select r => r.price * r.quantity) sum
from total)",
         R"(local function filter(t, f)
  local out = {}
  for _, v in ipairs(t) do if f(v) then out[#out + 1] = v end end
  return out
end
local function map(t, f)
  local out = {}
  for i, v in ipairs(t) do out[i] = f(v) end
  return out
end
local function sum(t)
  local s = 0
  for _, v in ipairs(t) do s = s + v end
  return s
end
return function(rows)
  return sum(map(filter(rows, function(r) return r.quantity > 3 end),
    function(r) return r.price * r.quantity end))
end)"},
    Loop{"fold", R"(from rows fold (0, (sum, r) => sum + r.price * r.quantity))",
         R"(local function fold(t, start, f)
  local out = start
  for _, v in ipairs(t) do out = f(out, v) end
  return out
end
return function(rows)
  return fold(rows, 0, function(sum, r) return sum + r.price * r.quantity end)
end)"},
    Loop{"records",
         R"(from (rows fold ({ count = 0, sum = 0 }, (t, r) => r.status match
  'open' |> { count = t.count + 1, sum = t.sum + r.price }
  |> t)).sum)",
         R"(local function fold(t, start, f)
  local out = start
  for _, v in ipairs(t) do out = f(out, v) end
  return out
end
return function(rows)
  return fold(rows, { count = 0, sum = 0 }, function(t, r)
    if r.status == 'open' then return { count = t.count + 1, sum = t.sum + r.price } end
    return t
  end).sum
end)"},
};

constexpr int kRows = 100'000;

std::string rows_json() {
  std::string out = "{\"rows\":[";
  for (int i = 0; i < kRows; ++i) {
    out += std::string(i > 0 ? "," : "") + "{\"id\":" + std::to_string(i) + ",\"status\":\"" +
           (i % 3 == 0 ? "open" : "sent") + "\",\"price\":" + std::to_string(i % 97) +
           ",\"quantity\":" + std::to_string(i % 7) + ",\"name\":\"n" + std::to_string(i % 10) +
           "\"}";
  }
  return out + "]}";
}

double cpu_seconds() {
  timespec t{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
}

class Lua {
 public:
  explicit Lua(std::string_view program) : state_(luaL_newstate()) {
    luaL_openlibs(state_);
    lua_createtable(state_, kRows, 0);
    for (int i = 0; i < kRows; ++i) {
      lua_createtable(state_, 0, 5);
      set("id", i);
      set("price", i % 97);
      set("quantity", i % 7);
      lua_pushstring(state_, i % 3 == 0 ? "open" : "sent");
      lua_setfield(state_, -2, "status");
      lua_pushstring(state_, ("n" + std::to_string(i % 10)).c_str());
      lua_setfield(state_, -2, "name");
      lua_rawseti(state_, -2, i + 1);
    }
    lua_setglobal(state_, "rows");
    ok_ = luaL_loadbuffer(state_, program.data(), program.size(), "loop") == LUA_OK &&
          lua_pcall(state_, 0, 1, 0) == LUA_OK;
  }
  ~Lua() { lua_close(state_); }
  Lua(const Lua&) = delete;
  Lua& operator=(const Lua&) = delete;

  // Calls the function that the program gave.
  long long run() {
    lua_pushvalue(state_, -1);
    lua_getglobal(state_, "rows");
    ok_ = ok_ && lua_pcall(state_, 1, 1, 0) == LUA_OK;
    const long long out = lua_tointeger(state_, -1);
    lua_pop(state_, 1);
    return out;
  }
  bool ok() const { return ok_; }

 private:
  void set(const char* name, int value) {
    lua_pushinteger(state_, value);
    lua_setfield(state_, -2, name);
  }

  lua_State* state_;
  bool ok_ = false;
};

double median(std::vector<double> all) {
  std::sort(all.begin(), all.end());
  return all[all.size() / 2];
}

// One run of ours reads the rows from its parameters; a run that only counts them is taken off.
void against_lua(benchmark::State& state) {
  const Loop& loop = kLoops[static_cast<std::size_t>(state.range(0))];
  const std::string header = "param rows: [value]\n";
  const auto program = compiled(header + std::string(loop.ours));
  const auto empty = compiled(header + "from 0\n");
  const std::string rows = rows_json();
  OneAnswer world("{}");
  r::RunInputs inputs;
  inputs.parameters = rows;
  inputs.limits.memory = 512U << 20;
  const auto timed = [&](const r::Program& p, std::string& result) {
    const double start = cpu_seconds();
    r::RunResult ran = r::run(p, inputs, world);
    const double out = cpu_seconds() - start;
    result = ran.fault ? ran.fault->message : ran.result;
    return out;
  };
  Lua lua(loop.lua);
  std::vector<double> ratios;
  std::vector<double> ours;
  std::vector<double> theirs;
  std::string result;
  for (auto _ : state) {
    const double all = timed(*program, result);
    std::string nothing;
    const double read = timed(*empty, nothing);
    const double start = cpu_seconds();
    const long long expected = lua.run();
    const double lua_time = cpu_seconds() - start;
    if (!lua.ok() || result != std::to_string(expected)) {
      state.SkipWithError(("ours " + result + ", theirs " + std::to_string(expected)).c_str());
      return;
    }
    ours.push_back((all - read) * 1e3);
    theirs.push_back(lua_time * 1e3);
    ratios.push_back((all - read) / lua_time);
  }
  std::sort(ratios.begin(), ratios.end());
  state.SetLabel(loop.name);
  state.counters["ours_ms"] = median(ours);
  state.counters["lua_ms"] = median(theirs);
  state.counters["ratio"] = median(ratios);
  state.counters["ratio_low"] = ratios[ratios.size() / 10];
  state.counters["ratio_high"] = ratios[ratios.size() * 9 / 10];
}
BENCHMARK(against_lua)->DenseRange(0, 2)->Iterations(25)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace daybook::bench
