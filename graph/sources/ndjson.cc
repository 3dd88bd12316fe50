// A file with one record a line.
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "graph/json_read.h"
#include "graph/limits.h"
#include "graph/sources/conform.h"
#include "graph/sources/sources.h"
#include "graph/sources/whole_source.h"

namespace daybook::graph::sources {
namespace {

// Lines of a file, block by block.
class Lines {
 public:
  explicit Lines(std::istream& in) : in_(in) {}

  // Stops inside a line that is too long, so that no line fills the memory.
  bool take(std::string& line) {
    line.clear();
    while (line.size() <= kSourceLineBytesMax) {
      if (at_ == block_.size() && !fill()) {
        return !line.empty();
      }
      const std::size_t end = block_.find('\n', at_);
      const std::size_t stop = std::min(end, block_.size());
      line.append(block_, at_, stop - at_);
      at_ = end == std::string::npos ? stop : end + 1;
      if (end != std::string::npos) {
        return true;
      }
    }
    return true;
  }

 private:
  bool fill() {
    constexpr std::size_t kBlockBytes = 64 * 1024;
    block_.resize(kBlockBytes);
    in_.read(block_.data(), kBlockBytes);
    block_.resize(static_cast<std::size_t>(in_.gcount()));
    at_ = 0;
    return !block_.empty();
  }

  std::istream& in_;
  std::string block_;
  std::size_t at_ = 0;
};

class NdjsonSet final : public WholeSource {
 public:
  explicit NdjsonSet(SetConfig config)
      : WholeSource(std::move(config.schema)), file_(std::move(config.file)) {}

 private:
  Result<std::vector<Value>> read(const Ask& ask) const override {
    std::ifstream in(file_, std::ios::binary);
    if (!in) {
      return source_error(schema(), file_.string() + ": " + std::strerror(errno));
    }
    Lines lines(in);
    std::vector<Value> out;
    std::string line;
    std::size_t bytes = 0;
    for (std::size_t number = 1; lines.take(line); ++number) {
      bytes += line.size() + 1;
      if (line.size() > kSourceLineBytesMax || bytes > kSourceBytesMax) {
        return source_error(schema(),
                            at(number) + ": " +
                                (bytes > kSourceBytesMax ? "the file is over the limit of 64 MiB"
                                                         : "the line is over the limit of 4 MiB"));
      }
      if (number % kGraphDeadlineRows == 0) {
        DAYBOOK_TRY(check_deadline(ask.clock, ask.deadline));
      }
      if (line.find_first_not_of(" \t\r") == std::string::npos) {
        continue;
      }
      auto row = read_json(line);
      if (!row) {
        return source_error(schema(), at(number) + ": " + row.error().message);
      }
      DAYBOOK_ASSIGN(Value taken, conform(std::move(*row), schema(), at(number)));
      out.push_back(std::move(taken));
      if (out.size() > kGraphScanMax) {
        return out;
      }
    }
    if (in.bad()) {
      return source_error(schema(), file_.string() + ": " + std::strerror(errno));
    }
    return out;
  }

  std::string at(std::size_t line) const { return file_.string() + ":" + std::to_string(line); }

  std::filesystem::path file_;
};

}  // namespace

std::unique_ptr<Set> ndjson(SetConfig config) {
  return std::make_unique<NdjsonSet>(std::move(config));
}

}  // namespace daybook::graph::sources
