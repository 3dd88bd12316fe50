// What a run asked and was told, as one JSON text: [{"question": …, "answer": …}, …]. It stands in
// the event that ended the attempt, and gives the same run again.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "components/reactor/run.h"

namespace daybook::components {

// Empty when nothing was asked.
std::string write_answers(const std::vector<reactor::Exchange>& exchanges);
// The same texts byte for byte; nothing when it is not of that form.
std::optional<std::vector<reactor::Exchange>> read_answers(std::string_view text);

// Answers from what was kept, in order; a question that was not asked then ends the run.
class KeptWorld final : public reactor::World {
 public:
  static constexpr std::string_view kDiffers = "ASKED_DIFFERENTLY";

  explicit KeptWorld(std::vector<reactor::Exchange> kept) : kept_(std::move(kept)) {}

  Result<std::string> ask(std::string_view question) override;
  bool all_asked() const { return next_ == kept_.size(); }

 private:
  std::vector<reactor::Exchange> kept_;
  std::size_t next_ = 0;
};

}  // namespace daybook::components
