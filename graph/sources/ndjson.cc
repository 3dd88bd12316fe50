// A file with one record a line.
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
    std::vector<Value> out;
    std::string line;
    std::size_t bytes = 0;
    for (std::size_t number = 1; take_line(in, line); ++number) {
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

  // Stops inside a line that is too long, so that no line fills the memory.
  static bool take_line(std::istream& in, std::string& line) {
    line.clear();
    for (int c = in.get(); c != std::char_traits<char>::eof(); c = in.get()) {
      if (c == '\n') {
        return true;
      }
      line += static_cast<char>(c);
      if (line.size() > kSourceLineBytesMax) {
        return true;
      }
    }
    return !line.empty();
  }

  std::string at(std::size_t line) const { return file_.string() + ":" + std::to_string(line); }

  std::filesystem::path file_;
};

}  // namespace

std::unique_ptr<Set> ndjson(SetConfig config) {
  return std::make_unique<NdjsonSet>(std::move(config));
}

}  // namespace daybook::graph::sources
