// Does the time of a look at a token tell anything? Welch's t-test between two kinds of tokens, in
// the manner of dudect (Reparaz, Balasch, Verbauwhede, "Dude, is my code constant time?", 2017):
// kinds in random turns, the slowest measurements cropped at a hundred places, the largest |t| of
// all told. From 4.5 on the kinds differ; the exit code is 1 then. Pairs marked '~' are told only:
// their kinds read other places in memory, and what lies in a nearer cache is found sooner.
//
//   token_timing [samples of each pair, 1000000] [seed, 1]
#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <iterator>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "access/token_table.h"
#include "access/token_text.h"

#include "base/entropy.h"
#include "base/limits/access.h"

namespace daybook::bench {
namespace {

constexpr double kBar = 4.5;
constexpr int kCrops = 100;
constexpr std::size_t kTurns = 1000;         // that are prepared together
constexpr std::size_t kCroppedMin = 10'000;  // fewer of a kind say nothing
constexpr Micros kNow{1'763'251'200'000'000};

using Texts = std::vector<std::string>;
using Ask = std::function<bool(const std::string&)>;

// Two kinds of tokens, all of one length.
struct Pair {
  const char* name;
  std::array<Texts, 2> kinds;
  bool held = true;  // to the bar
};

struct Sample {
  std::size_t kind;
  double ns;
};

// Mean and variance of what was added (Welford 1962).
class Moments {
 public:
  void add(double x) {
    const double off = x - mean_;
    ++count_;
    mean_ += off / static_cast<double>(count_);
    squares_ += off * (x - mean_);
  }
  std::size_t count() const { return count_; }
  double mean() const { return mean_; }
  double variance_of_mean() const {
    const auto n = static_cast<double>(count_);
    return squares_ / (n - 1) / n;
  }

 private:
  std::size_t count_ = 0;
  double mean_ = 0;
  double squares_ = 0;
};

struct Finding {
  std::array<double, 2> means{};  // of all measurements, in nanoseconds
  double whole = 0;               // |t| of them
  double largest = 0;             // |t|, also of the cropped ones
};

std::vector<Sample> measure(const Pair& pair, const Ask& ask, std::size_t count,
                            std::mt19937_64& random) {
  std::vector<Sample> out;
  out.reserve(count);
  // Texts are copied to places of no kind before any is timed: what was done for one kind only
  // would be felt afterwards.
  Texts texts(kTurns);
  std::array<std::size_t, kTurns> kinds{};
  volatile bool sink = false;
  while (out.size() < count) {
    for (std::size_t i = 0; i < kTurns; ++i) {
      kinds[i] = random() % 2;
      const Texts& of_kind = pair.kinds[kinds[i]];
      texts[i] = of_kind[random() % of_kind.size()];
    }
    for (std::size_t i = 0; i < kTurns; ++i) {
      const auto start = std::chrono::steady_clock::now();
      sink = ask(texts[i]);
      const auto end = std::chrono::steady_clock::now();
      out.push_back({kinds[i], std::chrono::duration<double, std::nano>(end - start).count()});
    }
  }
  static_cast<void>(sink);
  return out;
}

std::array<Moments, 2> moments_up_to(const std::vector<Sample>& samples, double most) {
  std::array<Moments, 2> out;
  for (const Sample& sample : samples) {
    if (sample.ns <= most) {
      out[sample.kind].add(sample.ns);
    }
  }
  return out;
}

double welch(const std::array<Moments, 2>& kinds) {
  const double spread = kinds[0].variance_of_mean() + kinds[1].variance_of_mean();
  return spread > 0 ? std::abs(kinds[0].mean() - kinds[1].mean()) / std::sqrt(spread) : 0;
}

Finding examine(const std::vector<Sample>& samples) {
  std::vector<double> sorted;
  for (const Sample& sample : samples) {
    sorted.push_back(sample.ns);
  }
  std::sort(sorted.begin(), sorted.end());
  Finding out;
  const auto all = moments_up_to(samples, sorted.back());
  out.means = {all[0].mean(), all[1].mean()};
  out.whole = welch(all);
  out.largest = out.whole;
  for (int crop = 1; crop <= kCrops; ++crop) {
    // dudect's places: ever closer to the slowest.
    const double kept = 1 - std::pow(0.5, 10.0 * crop / kCrops);
    const auto place = static_cast<std::size_t>(kept * static_cast<double>(sorted.size() - 1));
    const auto cropped = moments_up_to(samples, sorted[place]);
    if (std::min(cropped[0].count(), cropped[1].count()) >= kCroppedMin) {
      out.largest = std::max(out.largest, welch(cropped));
    }
  }
  return out;
}

struct Made {
  access::TokenTable table;
  std::string id;      // of one that is known
  std::string secret;  // its own
  std::string beside;  // unknown, and sorts right behind it
  // Each with a secret of nobody: all that are known, as many unknown ones anywhere, and for each
  // of these the known one that it sorts behind.
  Texts known;
  Texts anywhere;
  Texts before;
};

Made make_tokens() {
  Made out;
  SeededEntropy entropy(1);
  const auto rights = std::make_shared<const access::Rights>(access::Rights::all());
  const auto with_secret = [&](const std::string& id) {
    return access::token_text(id, access::Secret::make(entropy).digits);
  };
  std::set<std::string> ids;
  for (std::size_t i = 0; i < kTokensMax; ++i) {
    const auto secret = access::Secret::make(entropy);
    out.id = access::make_token_id(entropy);
    out.id.back() = '0';
    out.secret = secret.digits;
    out.table.add({out.id, rights, secret.hash, Micros{}});
    out.known.push_back(with_secret(out.id));
    ids.insert(out.id);
  }
  std::string unknown = out.id;
  unknown.back() = 'z';
  out.beside = with_secret(unknown);
  while (out.anywhere.size() < kTokensMax) {
    unknown = access::make_token_id(entropy);
    const auto behind = ids.lower_bound(unknown);
    if (behind != ids.begin() && ids.count(unknown) == 0) {
      out.anywhere.push_back(with_secret(unknown));
      out.before.push_back(with_secret(*std::prev(behind)));
    }
  }
  return out;
}

// The secret of a known token, with another digit at that place.
std::string wrong_at(const Made& made, std::size_t place) {
  std::string secret = made.secret;
  secret[place] = secret[place] == '0' ? '1' : '0';
  return access::token_text(made.id, secret);
}

std::vector<Pair> pairs_of(const Made& made) {
  const std::string right = access::token_text(made.id, made.secret);
  const std::string first = wrong_at(made, 0);
  const std::string last = wrong_at(made, access::kSecretDigits - 1);
  return {
      {"one text with itself", {Texts{first}, Texts{first}}},
      {"first digit wrong, last digit wrong", {Texts{first}, Texts{last}}},
      {"right secret, wrong secret", {Texts{right}, Texts{first}}},
      {"known id, unknown id", {Texts{made.known.back()}, Texts{made.beside}}},
      {"known ids, unknown at their places", {made.before, made.anywhere}},
      {"~ known id, another known id",
       {Texts{made.known.back()}, Texts{made.known.front()}},
       false},
      {"~ all known ids, unknown anywhere", {made.known, made.anywhere}, false},
  };
}

bool report(const Pair& pair, const Finding& found) {
  std::printf("%-36s %8.1f %8.1f %8.2f %8.2f\n", pair.name, found.means[0], found.means[1],
              found.whole, found.largest);
  std::fflush(stdout);
  return found.largest < kBar;
}

int run(std::size_t count, std::uint64_t seed) {
  const Made made = make_tokens();
  const Ask ask = [&](const std::string& text) {
    return made.table.authenticate(text, kNow) != nullptr;
  };
  // Shows that the test sees a difference where there is one: nothing is hashed for an unknown id.
  const Ask hasty = [&](const std::string& text) {
    const auto token = access::parse_token(text);
    return token && made.table.find(token->id) != nullptr && ask(text);
  };
  std::mt19937_64 random(seed);
  std::printf("%zu samples of each pair, seed %llu, bar %.1f\n", count,
              static_cast<unsigned long long>(seed), kBar);
  std::printf("%-36s %8s %8s %8s %8s\n", "pair", "ns", "ns", "|t| all", "max |t|");
  bool sound = true;
  const std::vector<Pair> pairs = pairs_of(made);
  for (const Pair& pair : pairs) {
    measure(pair, ask, count / 100, random);  // caches, and the clock of the processor
    const bool alike = report(pair, examine(measure(pair, ask, count, random)));
    sound = sound && (alike || !pair.held);
  }
  const Pair hasty_pair{"a table that hashes known ones only", {made.before, made.anywhere}};
  const bool seen = !report(hasty_pair, examine(measure(hasty_pair, hasty, count, random)));
  std::printf("%s\n", !seen   ? "FAILED: it sees no difference where there is one"
                      : sound ? "ok: no pair differs but the last, which does"
                              : "FAILED: the time tells");
  return sound && seen ? 0 : 1;
}

}  // namespace
}  // namespace daybook::bench

int main(int argc, char** argv) {
  const long long count = argc > 1 ? std::atoll(argv[1]) : 1'000'000;
  const unsigned long long seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
  if (count < 100'000) {
    std::fprintf(stderr, "at least 100000 samples are needed\n");
    return 2;
  }
  return daybook::bench::run(static_cast<std::size_t>(count), seed);
}
