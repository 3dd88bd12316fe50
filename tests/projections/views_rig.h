// Views over a log in memory, in a folder of their own that goes away with the test.
#pragma once

#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "log/memory_log.h"
#include "projections/views.h"
#include "tests/projections/story.h"

namespace daybook::projections {

class ViewsRig {
 public:
  // Without a tail what is folded is read, and may be what no writer encodes.
  explicit ViewsRig(std::size_t tail_bytes = kTailBytesMax) : log(tail_bytes), story(log) {
    static std::atomic<int> count{0};
    folder = std::filesystem::temp_directory_path() /
             ("daybook-views-test-" + std::to_string(getpid()) + "-" + std::to_string(++count));
    std::filesystem::remove_all(folder);
  }
  ~ViewsRig() {
    views.reset();
    std::filesystem::remove_all(folder);
  }

  Result<std::unique_ptr<Views>> try_open() {
    options.directory = folder;
    return Views::open(options, log);
  }
  // Opens and starts; from then on the views follow the story.
  void open() {
    auto opened = try_open();
    ASSERT_TRUE(opened) << opened.error().text();
    views = std::move(*opened);
    views->start();
  }
  // Ends the views as a crash would: nothing is flushed.
  void kill() { views.reset(); }
  void stop() {
    views->stop();
    views.reset();
  }
  // Waits until the views show the whole log.
  Views& now() {
    const Status status = views->wait_for(log.last(), std::chrono::seconds(30));
    EXPECT_TRUE(status) << status.error().text();
    return *views;
  }

  std::vector<std::pair<std::string, Hash>> digests() {
    auto out = now().digests();
    EXPECT_TRUE(out) << out.error().text();
    return out ? *out : std::vector<std::pair<std::string, Hash>>();
  }
  std::vector<JobRow> jobs(const JobFilter& filter = {}, std::size_t limit = 1000) {
    auto page = now().jobs(filter, {limit, "", ""});
    EXPECT_TRUE(page) << page.error().text();
    return page ? page->rows : std::vector<JobRow>();
  }
  JobRow job(JobId id) {
    auto row = now().job(id);
    EXPECT_TRUE(row && *row);
    return row && *row ? **row : JobRow();
  }

  ViewsOptions options;
  log::MemoryLog log;
  Story story;
  std::filesystem::path folder;
  std::unique_ptr<Views> views;
};

class ViewsTest : public testing::Test {
 protected:
  void SetUp() override { r.open(); }
  ViewsRig r;
  Story& s = r.story;
};

}  // namespace daybook::projections
