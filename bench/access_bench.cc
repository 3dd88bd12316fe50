// What each request pays for being asked who it is: the look at its token, and at its permissions.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "access/rights.h"
#include "access/token_table.h"
#include "access/token_text.h"
#include <benchmark/benchmark.h>

#include "base/check.h"
#include "base/entropy.h"
#include "base/limits/access.h"

namespace daybook::bench {
namespace {

using access::Noun;
using access::Rights;
using access::Verb;

constexpr Micros kNow{1'763'251'200'000'000};

// All of the noun that is asked for, and as long as may be: what differs stands at the end.
Rights rights_of(std::size_t count) {
  const std::string begin =
      "jobs/" +
      std::string(kTokenPermissionsBytesMax / kTokenPermissionsMax - sizeof("jobs/00:read"), 'x');
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < count; ++i) {
    texts.push_back(begin + std::to_string(10 + i) + ":read");
  }
  auto out = Rights::parse(std::vector<std::string_view>(texts.begin(), texts.end()), "p");
  DAYBOOK_CHECK(out.has_value(), "the permissions are sound");
  return *std::move(out);
}

void permission_check(benchmark::State& state) {
  const Rights rights = rights_of(static_cast<std::size_t>(state.range(0)));
  const bool granted = state.range(1) != 0;
  std::string id = rights.permissions().back().id;
  id.back() = granted ? id.back() : 'y';
  DAYBOOK_CHECK(rights.allows(Noun::kJobs, id, Verb::kRead) == granted, "asked as it is named");
  for (auto _ : state) {
    benchmark::DoNotOptimize(id.data());
    benchmark::DoNotOptimize(rights.allows(Noun::kJobs, id, Verb::kRead));
  }
}
BENCHMARK(permission_check)->ArgNames({"permissions", "granted"})->ArgsProduct({{1, 64}, {0, 1}});

struct Tokens {
  access::TokenTable table;
  std::string known;
  std::string wrong;
  std::string unknown;
};

const Tokens& tokens() {
  static const Tokens kTokens = [] {
    Tokens out;
    SeededEntropy entropy(1);
    const auto rights = std::make_shared<const Rights>(Rights::all());
    for (std::size_t i = 0; i < kTokensMax; ++i) {
      const std::string id = access::make_token_id(entropy);
      const auto secret = access::Secret::make(entropy);
      out.table.add({id, rights, secret.hash, Micros{}});
      out.known = access::token_text(id, secret.digits);
      out.wrong = access::token_text(id, access::Secret::make(entropy).digits);
    }
    out.unknown = access::token_text(access::make_token_id(entropy), std::string(32, '0'));
    return out;
  }();
  return kTokens;
}

void authenticate(benchmark::State& state, std::string Tokens::*text) {
  const access::TokenTable& table = tokens().table;
  const std::string& asked = tokens().*text;
  for (auto _ : state) {
    benchmark::DoNotOptimize(table.authenticate(asked, kNow));
  }
}
BENCHMARK_CAPTURE(authenticate, known, &Tokens::known);
BENCHMARK_CAPTURE(authenticate, wrong_secret, &Tokens::wrong);
BENCHMARK_CAPTURE(authenticate, unknown_id, &Tokens::unknown);

}  // namespace
}  // namespace daybook::bench
