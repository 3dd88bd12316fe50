#include "projections/statistics_query.h"

#include <algorithm>

#include "base/limits/views.h"
#include "base/time_text.h"
#include "projections/bytes.h"
#include "projections/cursor.h"
#include "projections/statistics_series.h"
#include "projections/statistics_sum.h"
#include "projections/visible.h"

namespace daybook::projections::statistics_query {
namespace {

using statistics_keys::begin_of;
using statistics_keys::bucket_of;
using statistics_keys::Level;
using statistics_keys::minute_of;
using Of = Views::StatisticsQuery::Of;

Result<Level> level_of(Duration resolution) {
  for (const Level level : statistics_keys::kLevels) {
    if (resolution.value == statistics_keys::length(level) * statistics_keys::kMinuteUs) {
      return level;
    }
  }
  return fail(Code::kInvalid, "BAD_RESOLUTION", "the resolution is a minute, an hour or a day",
              "resolution");
}

// Which row a page ended with.
struct Place {
  std::uint32_t bucket = 0;
  std::string name;
};

std::string cursor_at(Level level, const Place& place) {
  std::string position;
  Put(position).u8(static_cast<std::uint8_t>(level)).u64(place.bucket).raw(place.name);
  return make_cursor(CursorKind::kStatistics, position);
}

class Lister {
 public:
  Lister(const View& view, const Views::StatisticsQuery& query)
      : view_(view), query_(query), visible_(query.visible) {}

  Result<StatisticsPage> list() {
    DAYBOOK_TRY(read_question());
    DAYBOOK_TRY(gather());
    return finish();
  }

 private:
  Status read_question() {
    DAYBOOK_ASSIGN(window_.level, level_of(query_.resolution));
    if (query_.rows_max == 0 || query_.rows_max > kStatisticsRowsMax) {
      return fail(Code::kInvalid, "BAD_PAGE",
                  "limit must be 1 to " + std::to_string(kStatisticsRowsMax), "limit");
    }
    std::string value;
    DAYBOOK_ASSIGN(const bool any, view_.get(Key('M').view(), value));
    Scan scan(value);
    window_.minute = any ? static_cast<std::uint32_t>(scan.varint()) : 0;
    window_.first = any ? static_cast<std::uint32_t>(scan.varint()) : 0;
    DAYBOOK_TRY(read_range());
    DAYBOOK_TRY(check_kept());
    return read_after();
  }

  // A bucket that has begun before `to` is whole.
  Status read_range() {
    const std::uint32_t now = std::max(minute_of(query_.now), window_.minute);
    const Micros newest = std::max(query_.now, begin_of(window_.minute, Level::kMinute));
    const Micros to = query_.to.value_or(newest + Duration{1});
    const Micros from = query_.from.value_or(Micros{to.value - hours(24).value});
    if (from > to) {
      return fail(Code::kInvalid, "INVALID_FIELD", "must not be after to", "from");
    }
    window_.begin = bucket_of(minute_of(from), window_.level);
    window_.end =
        to == from ? window_.begin : bucket_of(minute_of(Micros{to.value - 1}), window_.level) + 1;
    window_.quiet_end = std::min(window_.end, bucket_of(now, window_.level) + 1);
    return {};
  }

  // Whether all that is asked for is still there.
  Status check_kept() const {
    const std::uint32_t kept = statistics_keys::first_kept(window_.level, window_.minute);
    const std::uint32_t begin = std::max(window_.begin, bucket_of(window_.first, window_.level));
    if (begin >= std::min(kept, window_.end)) {
      return {};
    }
    return fail(Code::kInvalid, "STATISTICS_RANGE",
                std::string(window_.level == Level::kMinute ? "minutes" : "hours") + " before " +
                    format_time(begin_of(kept, window_.level)) +
                    " are not kept any more: ask for a coarser resolution",
                "from");
  }

  Status read_after() {
    if (query_.after.empty()) {
      return {};
    }
    DAYBOOK_ASSIGN(const std::string position,
                   read_cursor(CursorKind::kStatistics, query_.after, "after"));
    Scan scan(position);
    if (scan.u8() != static_cast<std::uint8_t>(window_.level)) {
      return fail(Code::kInvalid, "BAD_CURSOR", "the cursor is of another resolution", "after");
    }
    after_.emplace();
    after_->bucket =
        static_cast<std::uint32_t>(std::min<std::uint64_t>(scan.u64(), std::uint64_t{window_.end}));
    after_->name = scan.rest();
    return {};
  }

  // The first bucket of a definition that is still to be shown.
  std::uint32_t begin_of_definition(std::string_view name) const {
    return after_ && after_->name == name ? std::max(window_.begin, after_->bucket + 1)
                                          : window_.begin;
  }

  // One row more than asked for tells whether there is more.
  Status gather() {
    const auto walker = view_.walk("B", "C");
    const bool sum = query_.of == Of::kAll && !visible_.all();
    if (query_.of == Of::kEach || sum) {
      DueSince due_since(view_, window_, std::nullopt);
      StatisticsSeries series(view_, *walker, window_, due_since);
      return sum ? gather_sum(series) : gather_each(series);
    }
    const std::string_view name =
        query_.of == Of::kOne ? std::string_view(query_.definition) : statistics_keys::kTotals;
    std::string value;
    DAYBOOK_ASSIGN(const bool known, view_.get(statistics_keys::definition(name).view(), value));
    if (!known || !visible_.covers(name)) {
      return {};
    }
    StatisticsDefinition definition;
    if (!definition.decode(name, value)) {
      return fail(unreadable_statistics());
    }
    DueSince due_since(view_, window_, definition.number);
    StatisticsRows found(window_.level, query_.rows_max + 1);
    DAYBOOK_TRY(StatisticsSeries(view_, *walker, window_, due_since)
                    .add(definition, begin_of_definition(name), found));
    return show(std::move(found));
  }

  // Definitions in the order of their names; those without a row cost a step, too.
  Status gather_each(StatisticsSeries& series) {
    const auto names = visible_.walk(view_, 'D');
    StatisticsRows found(window_.level, query_.rows_max + 1);
    StatisticsDefinition definition;
    std::size_t passed_over = 0;
    const Key after = statistics_keys::definition(after_ ? after_->name : std::string());
    for (names->seek(std::max(after.view(), statistics_keys::kFirstDefinition));
         names->valid() && !found.full(); names->next()) {
      if (!definition.decode(names->key().substr(1), names->value())) {
        return fail(unreadable_statistics());
      }
      const std::uint32_t begin = begin_of_definition(definition.name);
      const std::size_t rows = found.rows.size();
      if (definition.has_buckets(window_.level, begin)) {
        DAYBOOK_TRY(series.add(definition, begin, found));
      }
      if (found.rows.size() == rows && ++passed_over == kStatisticsDefinitionsMax) {
        passed_over_ = definition.name;
        break;
      }
    }
    DAYBOOK_TRY(names->status());
    return show(std::move(found));
  }

  // All together, of a caller who may not see all. Of many definitions fewer rows.
  Status gather_sum(StatisticsSeries& series) {
    const std::uint32_t begin = begin_of_definition(statistics_keys::kTotals);
    DAYBOOK_ASSIGN(const auto definitions, summed_definitions(view_, visible_, window_, begin));
    const std::size_t rows_max = std::min(
        query_.rows_max, kStatisticsSumBucketsMax / std::max<std::size_t>(definitions.size(), 1));
    StatisticsSum sum(rows_max + 1);
    for (const StatisticsDefinition& definition : definitions) {
      DAYBOOK_TRY(series.add(definition, begin, sum));
    }
    StatisticsRows found(window_.level, rows_max + 1);
    StatisticsDefinition all;
    for (const auto& [bucket, what] : sum.buckets()) {
      found.take(all, bucket, what);
    }
    return show(std::move(found));
  }

  Status show(StatisticsRows found) {
    more_ = found.full();
    if (more_) {
      found.rows.pop_back();
    }
    rows_ = std::move(found.rows);
    return {};
  }

  Result<StatisticsPage> finish() {
    StatisticsPage out;
    out.as_of = view_.as_of();
    out.from = begin_of(window_.begin, window_.level);
    out.more = more_ || passed_over_.has_value();
    out.rows = std::move(rows_);
    const auto place_of = [&](const StatisticsRow& row) {
      return Place{bucket_of(minute_of(row.bucket), window_.level), row.definition};
    };
    if (!out.rows.empty()) {
      out.first_cursor = cursor_at(window_.level, place_of(out.rows.front()));
      out.last_cursor = cursor_at(window_.level, place_of(out.rows.back()));
    }
    if (passed_over_) {
      out.last_cursor = cursor_at(window_.level, {window_.end, *passed_over_});
    }
    return out;
  }

  const View& view_;
  const Views::StatisticsQuery& query_;
  const Visible visible_;
  StatisticsWindow window_;
  std::optional<Place> after_;
  std::optional<std::string> passed_over_;  // the last one looked at, when there were too many
  std::vector<StatisticsRow> rows_;
  bool more_ = false;  // of them, behind the last one
};

}  // namespace

Result<StatisticsPage> list(const View& view, const Views::StatisticsQuery& query) {
  return Lister(view, query).list();
}

}  // namespace daybook::projections::statistics_query
