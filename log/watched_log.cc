#include "log/watched_log.h"

#include <utility>

namespace daybook::log {
namespace {

constexpr std::string_view kPart = "log";

void tell(Supervisor& supervisor, const Error& error) {
  if (error.code == Code::kCorrupt || error.code == Code::kIo) {
    supervisor.fail(kPart, error, Consequence::kStop);
  }
}

}  // namespace

class WatchedLog::WatchedCursor final : public Cursor {
 public:
  WatchedCursor(std::unique_ptr<Cursor> inner, Supervisor& supervisor)
      : inner_(std::move(inner)), supervisor_(supervisor) {}

  Result<bool> next(events::RecordView& out) override {
    Result<bool> more = inner_->next(out);
    if (!more) {
      tell(supervisor_, more.error());
    }
    return more;
  }

 private:
  const std::unique_ptr<Cursor> inner_;
  Supervisor& supervisor_;
};

WatchedLog::WatchedLog(std::unique_ptr<Log> inner, Supervisor& supervisor)
    : inner_(std::move(inner)), supervisor_(supervisor) {}

Result<std::unique_ptr<Cursor>> WatchedLog::read(Seq from) {
  auto cursor = inner_->read(from);
  if (!cursor) {
    tell(supervisor_, cursor.error());
    return cursor;
  }
  return std::make_unique<WatchedCursor>(std::move(*cursor), supervisor_);
}

}  // namespace daybook::log
