// The first part of a log, as if it ended there: what is folded "up to the same event" reads this.
// Read only.
#pragma once

#include "log/log.h"
#include "log/tail.h"

namespace daybook::replay {

class PrefixLog final : public log::Log {
 public:
  // `log` must outlive this and reach `last`; `chain` is the chain hash of `last`.
  PrefixLog(log::Log& log, Seq last, const Hash& chain)
      : log_(log), chain_(chain), durable_(last) {}

  Seq first() const override { return log_.first(); }
  Seq last() const override { return durable_.value(); }
  Hash last_chain() const override { return chain_; }
  const Watermark& durable() const override { return durable_; }
  // Keeps nothing: it does not grow.
  const log::Tail& tail() const override { return tail_; }
  // kInternal: nobody writes here.
  Status append(const events::Group& group) override;
  Result<std::unique_ptr<log::Cursor>> read(Seq from) override;
  Status trim(Seq through) override;

 private:
  log::Log& log_;
  const Hash chain_;
  Watermark durable_;
  const log::Tail tail_{durable_, 0};
};

// Chain hash of the record `seq`; genesis for 0.
Result<Hash> chain_at(log::Log& log, Seq seq);

}  // namespace daybook::replay
