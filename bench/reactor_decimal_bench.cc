// Arithmetic of the component language: numbers of the usual size, and those that need all digits.
#include <array>

#include <benchmark/benchmark.h>

#include "components/reactor/decimal.h"

namespace daybook::bench {
namespace {

using reactor::Decimal;

// A pair of prices, a pair with different scales, a pair of 28 digits.
constexpr std::array<std::array<std::string_view, 2>, 3> kPairs = {{
    {"1299.00", "17.50"},
    {"1299.5", "0.0825"},
    {"3.333333333333333333333333333", "12345.67890123456789012345678"},
}};

template <auto Operation>
void decimal(benchmark::State& state) {
  const auto& pair = kPairs[static_cast<std::size_t>(state.range(0))];
  Decimal a = *Decimal::parse(pair[0]);
  Decimal b = *Decimal::parse(pair[1]);
  for (auto _ : state) {
    benchmark::DoNotOptimize(a);
    benchmark::DoNotOptimize(b);
    auto result = Operation(a, b);
    benchmark::DoNotOptimize(result);
  }
}
BENCHMARK(decimal<reactor::add>)->Name("decimal_add")->DenseRange(0, 2);
BENCHMARK(decimal<reactor::multiply>)->Name("decimal_multiply")->DenseRange(0, 2);
BENCHMARK(decimal<reactor::divide>)->Name("decimal_divide")->DenseRange(0, 2);
BENCHMARK(decimal<reactor::compare>)->Name("decimal_compare")->DenseRange(0, 2);

void decimal_parse(benchmark::State& state) {
  const std::string_view text = kPairs[static_cast<std::size_t>(state.range(0))][0];
  for (auto _ : state) {
    auto number = Decimal::parse(text);
    benchmark::DoNotOptimize(number);
  }
}
BENCHMARK(decimal_parse)->DenseRange(0, 2);

void decimal_text(benchmark::State& state) {
  const Decimal number = *Decimal::parse(kPairs[static_cast<std::size_t>(state.range(0))][0]);
  for (auto _ : state) {
    auto text = number.text();
    benchmark::DoNotOptimize(text);
  }
}
BENCHMARK(decimal_text)->DenseRange(0, 2);

}  // namespace
}  // namespace daybook::bench
