// Which parameters a program takes, apart from the program: a text that is read back without it or
// its modules, and checks what is given by the same conversion that a run makes.
// Form and purpose: docs/adr/0013-contracts-in-the-decision-state.md.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace daybook::reactor {

class Program;

// Of which nothing is known: anything is taken, the run decides.
inline constexpr std::string_view kUnknownContract = R"({"parameters":null})";

// That of a program; kUnknownContract when it is over kContractBytesMax or its patterns over
// kContractRegexInstructionsMax.
std::string contract_text(const Program& program);

// Immutable; any number of threads.
class Contract {
 public:
  struct Parameter {
    std::string name;
    std::string type;      // source of the language; names of the program's own are resolved
    bool required = true;  // else it may be left out
    std::string fallback;  // source of what stands for it then; empty: computed, or nothing
    bool event = false;    // a rule gives it
  };

  // kCorrupt "CONTRACT" when the text is none that contract_text() made.
  static Result<std::shared_ptr<const Contract>> read(std::string_view text);

  // Whether a job may have these, a JSON object: every required one there, none unknown, each of
  // its type. Else kInvalid "INVALID_FIELD", which names the parameter. What takes too long to look
  // at (kContractStepsMax, kContractMemoryMax) is left to the run.
  Status check(std::string_view parameters) const;
  // The same for a rule, which gives the event.
  Status check_rule(std::string_view parameters) const;

  // In the order of the program; none of kUnknownContract.
  const std::vector<Parameter>& parameters() const { return parameters_; }
  std::size_t memory_bytes() const;

 private:
  Status checked(std::string_view given, std::string_view event) const;
  std::string source() const;

  std::vector<Parameter> parameters_;
  std::shared_ptr<const Program> program_;  // nothing but the parameters; null: anything is taken
};

}  // namespace daybook::reactor
