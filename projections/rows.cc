#include "projections/rows.h"

#include <array>

namespace daybook::projections {
namespace {

constexpr std::array<std::string_view, 5> kJobStatusNames = {"pending", "running", "completed",
                                                             "failed", "cancelled"};

}  // namespace

std::string_view status_name(JobStatus status) {
  return kJobStatusNames[static_cast<std::size_t>(status)];
}

std::optional<JobStatus> parse_status(std::string_view name) {
  for (std::size_t i = 0; i < kJobStatusNames.size(); ++i) {
    if (kJobStatusNames[i] == name) {
      return static_cast<JobStatus>(i);
    }
  }
  return std::nullopt;
}

}  // namespace daybook::projections
