// Rules of which one run cannot end the server for ever: which run is going on stands in a file,
// and one that ended the process again and again is not begun any more.
//
//   begun: its hash stands in the file as the current one ── ended: none does
//          └── the process ended: the next start finds it, and counts it among the suspects
//
// Runs before it run again at each start, so the suspects stay until they end themselves.
// The file is written, never synced: what a process wrote outlives it, and where the machine failed
// the run is not to blame.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "components/rules.h"

namespace daybook::components {

// Starts that one run may end before it is set aside; a person who ends the server in the middle of
// one, or a machine that lacks memory, does so once or twice.
inline constexpr unsigned kRuleLossesMax = 3;

class GuardedRules final : public RuleEvaluator {
 public:
  // Is told of each run that is not begun, in the thread of run(), and why.
  using SetAside = std::function<void(const std::string& identity, const Error& why)>;

  // Of the file `rule-run` in that directory.
  static Result<std::unique_ptr<GuardedRules>> open(std::unique_ptr<RuleEvaluator> inner,
                                                    const std::filesystem::path& directory,
                                                    SetAside set_aside);
  ~GuardedRules() override;

  Result<RuleHooks> hooks(const RuleCode& code) override { return inner_->hooks(code); }
  // "RULE_LOST" for a run that is set aside.
  RuleOutcome run(const RuleOrder& order) override;
  void stop() override { inner_->stop(); }

 private:
  // As many as one round of rules may hold: its runs are recorded at its end.
  static constexpr std::size_t kSuspectsMax = 64;
  struct Suspect {
    Hash run{};
    std::uint32_t losses = 0;  // zero: none
  };
  struct Marks {
    Hash current{};  // zero: none
    std::array<Suspect, kSuspectsMax> suspects{};
  };
  GuardedRules(std::unique_ptr<RuleEvaluator> inner, int file, SetAside set_aside);
  void count_last_run();
  Suspect* find(const Hash& run);
  void write_current() const;
  void write_all() const;

  const std::unique_ptr<RuleEvaluator> inner_;
  const int file_;
  const SetAside set_aside_;
  Marks marks_;
};

}  // namespace daybook::components
