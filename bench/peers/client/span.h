// The time in which a figure counts, after its warm-up: what falls into it, its begin and its end.
#pragma once

#include <cstddef>
#include <utility>

#include "bench/peers/client/figures.h"

namespace daybook::peers {

// A figure calls tick() after each wait, and ends when over(). One that creates a given number of
// jobs has no warm-up and no end in time; one whose requests are so long that none was answered in
// time waits for the first.
class Span {
 public:
  // The warm-up begins now.
  explicit Span(const FigureOptions& options);

  // `jobs` were created or completed; within the span that counts.
  void count(std::size_t jobs, Time now);
  // The same for one request of `jobs` jobs that was sent at `sent`.
  void count(std::size_t jobs, Time sent, Time now);

  // When tick() is needed next.
  Time next() const;
  void tick(Time now);
  bool over() const { return ended_; }
  // To be asked once, when it is over.
  FigureResult result() { return std::move(result_); }

 private:
  bool counts(Time now) const;
  void end(Time now);

  const FigureOptions& options_;
  const Time counted_from_, ends_;
  Time last_;  // counted answer
  bool began_ = false;
  bool ended_ = false;
  FigureResult result_;
};

}  // namespace daybook::peers
