// The text of a component, and where something in it stands. Immutable; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace daybook::reactor {

// Both from 1; columns count code points.
struct Position {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
};

// One fault of a program, for people: "process.hrc:3:14: …" and, below, the line with a caret.
struct Diagnostic {
  std::string code;     // stable: SYNTAX, UNKNOWN_NAME, TYPE, …
  std::string message;  // one sentence
  std::string source;   // name of the component or module
  Position at;
  std::string line;          // the line at fault, cut to what a terminal shows
  std::uint32_t length = 1;  // in code points: of the word or text that stands there

  std::string text() const;
};

class Source {
 public:
  Source(std::string name, std::string text);

  std::string_view name() const { return name_; }
  // With the byte order mark that it may begin with, which is in no line.
  std::string_view text() const { return text_; }
  Position position_of(std::uint32_t offset) const;
  // Offset of the first byte of that line.
  std::uint32_t line_start(std::uint32_t offset) const;
  Diagnostic diagnose(std::string_view code, std::string_view message, std::uint32_t offset) const;
  // The first byte of a place in it; the end when it has no such place.
  std::uint32_t offset_of(const Position& at) const;

 private:
  std::string name_;
  std::string text_;
  std::vector<std::uint32_t> lines_;  // offset of each line's first byte
};

}  // namespace daybook::reactor
