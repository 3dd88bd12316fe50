#include "bench/load/swf.h"

#include <zlib.h>

#include <gtest/gtest.h>

#include "bench/load/engine.h"

namespace daybook::bench {
namespace {

constexpr const char* kTrace =
    "; Computer: A small machine\n"
    "; UnixStartTime: 749458803\n"
    ";\n"
    "  2  60  -1   30   4 -1 -1 -1 -1 -1 -1  7 1  3 -1 -1 -1 -1\n"
    "\n"
    "  1   0  -1 1451 128 -1 -1 -1 -1 -1 -1  1 1 -1 -1 -1 -1 -1\r\n"
    "  3  90  -1   -1   1 -1 -1 -1 -1 -1 -1  7 1  3 -1 -1 -1 -1";

TEST(Swf, JobsComeByTimeOfSubmission) {
  const auto trace = parse_swf(kTrace);
  ASSERT_TRUE(trace.has_value()) << trace.error().text();
  ASSERT_EQ(trace->jobs.size(), 3U);
  EXPECT_EQ(trace->jobs[0].id, 1);
  EXPECT_EQ(trace->jobs[0].run_time, 1451);
  EXPECT_EQ(trace->jobs[0].processors, 128);
  EXPECT_EQ(trace->jobs[0].application, -1);
  EXPECT_EQ(trace->jobs[1].submit, 60);
  EXPECT_EQ(trace->jobs[1].user, 7);
  EXPECT_EQ(trace->jobs[1].application, 3);
  EXPECT_EQ(trace->jobs[2].run_time, 0) << "unknown";
}

TEST(Swf, HeaderIsKept) {
  const auto trace = parse_swf(kTrace);
  ASSERT_TRUE(trace.has_value());
  EXPECT_EQ(trace->unix_start, 749458803);
  EXPECT_EQ(trace->header_value("Computer"), "A small machine");
  EXPECT_EQ(trace->header_value("Note"), "");
}

TEST(Swf, LineWithTooFewColumnsIsNamed) {
  const auto trace = parse_swf("; x\n1 2 3\n");
  ASSERT_FALSE(trace.has_value());
  EXPECT_EQ(trace.error().code, Code::kMalformed);
  EXPECT_EQ(trace.error().field, "line 2");
}

TEST(Swf, WordThatIsNotANumberIsNamed) {
  const auto trace = parse_swf("1 0 -1 x 1 -1 -1 -1 -1 -1 -1 1 1 1 -1 -1 -1 -1\n");
  ASSERT_FALSE(trace.has_value());
  EXPECT_NE(trace.error().message.find("column 4"), std::string::npos);
}

TEST(Swf, CompressedAndPlainFilesReadTheSame) {
  const auto scratch = ScratchDirectory::make(testing::TempDir());
  ASSERT_TRUE(scratch.has_value());
  const auto packed = scratch->path() / "t.swf.gz";
  const auto plain = scratch->path() / "t.swf";
  for (const auto& [file, mode] : {std::pair(packed, "wb"), std::pair(plain, "wbT")}) {
    gzFile out = gzopen(file.c_str(), mode);
    ASSERT_NE(out, nullptr);
    gzputs(out, kTrace);
    ASSERT_EQ(gzclose(out), Z_OK);
    const auto trace = read_swf(file);
    ASSERT_TRUE(trace.has_value()) << file;
    EXPECT_EQ(trace->jobs.size(), 3U) << file;
  }
}

TEST(Swf, FileCutInTheMiddleIsRefused) {
  const auto scratch = ScratchDirectory::make(testing::TempDir());
  ASSERT_TRUE(scratch.has_value());
  const auto file = scratch->path() / "t.swf.gz";
  gzFile out = gzopen(file.c_str(), "wb");
  ASSERT_NE(out, nullptr);
  for (int i = 0; i < 1000; ++i) {
    gzprintf(out, "%d %d -1 7 1 -1 -1 -1 -1 -1 -1 1 1 %d -1 -1 -1 -1\n", i, i * 17 % 991, i % 13);
  }
  ASSERT_EQ(gzclose(out), Z_OK);
  std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2);
  EXPECT_FALSE(read_swf(file).has_value());
  EXPECT_EQ(read_swf(scratch->path() / "absent").error().code, Code::kNotFound);
}

}  // namespace
}  // namespace daybook::bench
