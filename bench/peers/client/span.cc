#include "bench/peers/client/span.h"

#include <sys/resource.h>

#include <algorithm>

namespace daybook::peers {
namespace {

double processor_s() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

}  // namespace

Span::Span(const FigureOptions& options)
    : options_(options),
      counted_from_(std::chrono::steady_clock::now() +
                    (options.jobs > 0 ? Nanos{0} : options.warm_up)),
      ends_(options.jobs > 0 ? Time::max() : counted_from_ + options.span) {
  tick(std::chrono::steady_clock::now());
}

bool Span::counts(Time now) const {
  return now >= counted_from_ && (now < ends_ || result_.counted == 0);
}

void Span::count(std::size_t jobs, Time now) {
  result_.jobs += jobs;
  if (counts(now)) {
    result_.counted += jobs;
    last_ = now;
  }
}

void Span::count(std::size_t jobs, Time sent, Time now) {
  if (counts(now)) {
    result_.latency.record(now - sent);
  }
  count(jobs, now);
}

Time Span::next() const {
  return !began_ ? counted_from_ : result_.counted > 0 ? ends_ : Time::max();
}

void Span::tick(Time now) {
  if (!began_ && now >= counted_from_) {
    began_ = true;
    result_.client_s = -processor_s();
    options_.mark("begin");
  }
  const bool all = options_.jobs > 0 && result_.jobs >= options_.jobs;
  if (!ended_ && (all || (now >= ends_ && result_.counted > 0))) {
    end(now);
  }
}

void Span::end(Time now) {
  ended_ = true;
  result_.client_s += processor_s();
  options_.mark("end");
  const Time until = options_.jobs > 0 ? now : std::max(ends_, last_);
  result_.seconds = std::chrono::duration<double>(until - counted_from_).count();
}

}  // namespace daybook::peers
