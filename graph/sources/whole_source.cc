#include "graph/sources/whole_source.h"

namespace daybook::graph::sources {
namespace {

class SharedRows final : public Rows {
 public:
  explicit SharedRows(std::shared_ptr<const std::vector<Value>> rows) : rows_(std::move(rows)) {}
  Result<std::optional<Value>> next() override {
    return at_ < rows_->size() ? std::optional((*rows_)[at_++]) : std::nullopt;
  }

 private:
  std::shared_ptr<const std::vector<Value>> rows_;
  std::size_t at_ = 0;
};

}  // namespace

Result<std::unique_ptr<Rows>> WholeSource::open(const Ask& ask) const {
  auto& kept = ask.memory[this];
  if (!kept) {
    DAYBOOK_ASSIGN(std::vector<Value> rows, read(ask));
    kept = std::make_shared<const std::vector<Value>>(std::move(rows));
  }
  return std::make_unique<SharedRows>(kept);
}

}  // namespace daybook::graph::sources
