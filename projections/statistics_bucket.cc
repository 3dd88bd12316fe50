#include "projections/statistics_bucket.h"

#include <algorithm>

#include "projections/bytes.h"

namespace daybook::projections {
namespace {

std::optional<double> to_ms(std::optional<Duration> duration) {
  return duration ? std::optional(static_cast<double>(duration->value) / 1000.0) : std::nullopt;
}

}  // namespace

void StatisticsBucket::add_execution(Duration duration) {
  const auto us = static_cast<std::uint64_t>(std::max<std::int64_t>(duration.value, 0));
  execution_min = execution.count() == 0 ? us : std::min(execution_min, us);
  execution_max = std::max(execution_max, us);
  execution_sum += us;
  execution.add(duration);
}

void StatisticsBucket::merge_later(const StatisticsBucket& later) {
  scheduled += later.scheduled;
  successful += later.successful;
  failed += later.failed;
  cancelled += later.cancelled;
  if (later.execution.count() != 0) {
    execution_min =
        execution.count() == 0 ? later.execution_min : std::min(execution_min, later.execution_min);
    execution_max = std::max(execution_max, later.execution_max);
    execution_sum += later.execution_sum;
    execution.merge(later.execution);
  }
  latency.merge(later.latency);
  depth = later.depth;
}

void StatisticsBucket::merge_beside(const StatisticsBucket& other) {
  const QueueDepth both{depth.due + other.depth.due, depth.pending + other.depth.pending};
  merge_later(other);
  depth = both;
}

void StatisticsBucket::encode(std::string& out) const {
  Put put(out);
  put.varint(depth.due).varint(depth.pending);
  put.varint(scheduled).varint(successful).varint(failed).varint(cancelled);
  put.varint(execution.count());
  if (execution.count() != 0) {
    put.varint(execution_sum).varint(execution_min).varint(execution_max);
    execution.encode(out);
  }
  put.varint(latency.count());
  if (latency.count() != 0) {
    latency.encode(out);
  }
}

bool StatisticsBucket::decode(std::string_view value) {
  Scan scan(value);
  depth.due = scan.varint();
  depth.pending = scan.varint();
  scheduled = scan.varint();
  successful = scan.varint();
  failed = scan.varint();
  cancelled = scan.varint();
  if (scan.varint() != 0) {
    execution_sum = scan.varint();
    execution_min = scan.varint();
    execution_max = scan.varint();
    execution.decode(scan);
  }
  if (scan.varint() != 0) {
    latency.decode(scan);
  }
  return scan.ok() && scan.done();
}

std::optional<QueueDepth> StatisticsBucket::decode_depth(std::string_view value) {
  Scan scan(value);
  QueueDepth out;
  out.due = scan.varint();
  out.pending = scan.varint();
  return scan.ok() ? std::optional(out) : std::nullopt;
}

StatisticsRow StatisticsBucket::to_row(std::string_view definition, Micros bucket) const {
  StatisticsRow row;
  row.definition = definition;
  row.bucket = bucket;
  row.scheduled = scheduled;
  row.successful = successful;
  row.failed = failed;
  row.cancelled = cancelled;
  row.due_depth = depth.due;
  row.pending_depth = depth.pending;
  if (execution.count() != 0) {
    row.min_execution = static_cast<double>(execution_min) / 1000.0;
    row.max_execution = static_cast<double>(execution_max) / 1000.0;
    row.avg_execution =
        static_cast<double>(execution_sum) / 1000.0 / static_cast<double>(execution.count());
    // A class's middle may lie beyond the exact extremes.
    const auto within = [&](double q) {
      return std::clamp(*to_ms(execution.quantile(q)), *row.min_execution, *row.max_execution);
    };
    row.p50_execution = within(0.50);
    row.p95_execution = within(0.95);
    row.p99_execution = within(0.99);
  }
  row.p50_latency = to_ms(latency.quantile(0.50));
  row.p95_latency = to_ms(latency.quantile(0.95));
  row.p99_latency = to_ms(latency.quantile(0.99));
  return row;
}

}  // namespace daybook::projections
