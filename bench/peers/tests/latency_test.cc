#include "bench/peers/client/latency.h"

#include <gtest/gtest.h>

#include "bench/peers/client/arguments.h"
#include "bench/peers/client/failure.h"

namespace daybook::peers {
namespace {

TEST(PeersLatency, PercentilesAreValuesThatWereMeasured) {
  Latency latency;
  EXPECT_EQ(latency.percentile_us(50), 0);
  for (int us = 100; us >= 1; --us) {
    latency.record(std::chrono::microseconds(us));
  }
  EXPECT_EQ(latency.count(), 100U);
  EXPECT_EQ(latency.percentile_us(50), 50);
  EXPECT_EQ(latency.percentile_us(99), 99);
  EXPECT_EQ(latency.percentile_us(100), 100);
  EXPECT_EQ(latency.percentile_us(0), 1);
}

TEST(PeersLatency, OneValueIsEveryPercentile) {
  Latency latency;
  latency.record(std::chrono::nanoseconds(1500));
  EXPECT_EQ(latency.percentile_us(1), 1.5);
  EXPECT_EQ(latency.percentile_us(99), 1.5);
}

TEST(PeersArguments, AreReadAndRefused) {
  const char* good[] = {"peers_load", "--figure",  "cycle", "--port",    "7070", "--batch",
                        "100",        "--seconds", "0.5",   "--workers", "4"};
  const Arguments arguments = parse_arguments(std::size(good), good);
  EXPECT_EQ(arguments.figure, "cycle");
  EXPECT_EQ(arguments.run.server.port, 7070);
  EXPECT_EQ(arguments.run.batch, 100U);
  EXPECT_EQ(arguments.run.workers, 4U);
  EXPECT_EQ(arguments.run.span, std::chrono::milliseconds(500));
  const char* no_value[] = {"peers_load", "--figure"};
  EXPECT_THROW(parse_arguments(2, no_value), Failure);
  const char* unknown[] = {"peers_load", "--colour", "red"};
  EXPECT_THROW(parse_arguments(3, unknown), Failure);
  const char* negative[] = {"peers_load", "--batch", "-1"};
  EXPECT_THROW(parse_arguments(3, negative), Failure);
}

}  // namespace
}  // namespace daybook::peers
