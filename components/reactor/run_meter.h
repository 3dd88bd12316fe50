// What a run pays for its regular expressions. Private to components/reactor.
#pragma once

#include "components/reactor/evaluator.h"
#include "components/reactor/regex.h"

namespace daybook::reactor {

class RunMeter final : public MatchMeter {
 public:
  RunMeter(Evaluator& evaluator, const Program* program, std::uint32_t at)
      : evaluator_(evaluator), program_(program), at_(at) {}

  void went_over(std::size_t bytes) override { evaluator_.work(bytes, program_, at_); }
  void too_long(std::size_t bytes_max) override {
    evaluator_.stop("REGEX_LIMIT",
                    "the text is too long for this regular expression, which may be at many of its "
                    "places at once: at most " +
                        std::to_string(bytes_max) + " bytes",
                    program_, at_);
  }

 private:
  Evaluator& evaluator_;
  const Program* program_;
  const std::uint32_t at_;
};

}  // namespace daybook::reactor
