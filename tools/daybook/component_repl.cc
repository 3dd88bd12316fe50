// component repl: statements that are kept, and expressions whose value is shown.
//
// What is typed is cut into chunks, each a statement or an expression. A chunk is open while
// something in it is not closed, its last word wants another, or its last line was indented; it
// ends at an empty line, at the end of the input, and at a line that begins in column one, unless
// that may stand inside of what is not closed.
#include <algorithm>
#include <istream>
#include <memory>
#include <optional>
#include <ostream>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/clock.h"
#include "base/time_text.h"
#include "base/utf8.h"
#include "components/reactor/piece.h"
#include "tools/daybook/commands.h"
#include "tools/daybook/component_run.h"
#include "tools/daybook/json_text.h"

namespace daybook::cli {

namespace {

constexpr std::string_view kBlanks = " \t\r";
constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kFrom = "from ";
constexpr std::string_view kHelp =
    "An expression shows its value and its effects; nothing is sent.\n"
    "let, param and import are kept; one of the same name replaces the earlier one.\n"
    "An empty line ends what goes on over several lines.\n"
    "An indented line goes on what stands in the line above it.\n"
    ":answers FILE  a JSON array with the rows of each query, for every expression from now on\n"
    ":config FILE   a server's settings: the types of its sets, from now on\n"
    ":now TIME      the time of every expression from now on; without TIME the present one\n"
    ":help  this text\n"
    ":quit  leave, as the end of the input does\n";

std::string_view trimmed(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of(kBlanks), text.size()));
}

// Takes a word of letters and the blanks behind it.
std::string_view take_word(std::string_view& text) {
  const std::string_view word =
      text.substr(0, std::min(text.find_first_not_of(kLetters), text.size()));
  text = trimmed(text.substr(word.size()));
  return word;
}

struct Chunk {
  std::uint32_t line = 0;  // of its first one, as it was typed
  std::string text;        // whole lines
  std::string name;        // what a statement is kept under; empty: an expression or `from`

  bool shows() const { return name.empty(); }
};

// "let x", whose name ends where its parameters, its type or its value begin.
std::string name_of(std::string_view text) {
  std::string_view rest = text;
  std::string_view word = take_word(rest);
  if (word == "export") {
    word = take_word(rest);
  }
  if (word == "import") {
    return std::string(text);
  }
  return word == "let" || word == "param"
             ? "let " + std::string(rest.substr(0, rest.find_first_of(" \t\r\n(:=")))
             : std::string();
}

bool begins_statement(std::string_view line) {
  const std::string_view word = take_word(line);
  return (word == "let" || word == "param" || word == "export" || word == "import" ||
          word == "from") &&
         !line.starts_with('=');
}

class Repl {
 public:
  Repl(const Session& session, const std::string& root, std::unique_ptr<KnownSets> sets)
      : env_(session.env),
        file_{"repl.hrc", "", root.empty() ? "." : root, "repl"},
        sets_(std::move(sets)) {}

  void talk() {
    bool more = true;
    for (std::string line; more && read(line);) {
      more = take(line);
    }
    finish();
    if (more && env_.out_is_terminal) {
      env_.out << '\n';
    }
  }

 private:
  bool read(std::string& line) {
    if (env_.out_is_terminal) {
      env_.out << (chunk_.text.empty() ? "> " : ". ") << std::flush;
    }
    ++line_;
    return static_cast<bool>(std::getline(env_.in, line));
  }

  // False when the talk is over.
  bool take(const std::string& line) {
    const std::string_view text = trimmed(line);
    const bool indented = text.size() < line.size();
    if (text.empty() || (!indented && !may_stand_inside(line))) {
      finish();
    }
    if (text.empty()) {
      return true;
    }
    if (chunk_.text.empty() && text.starts_with(':')) {
      return command(text.substr(0, text.find_last_not_of(kBlanks) + 1));
    }
    if (chunk_.text.empty() && indented && goes_on(line)) {
      chunk_ = last_;
    }
    const bool first = chunk_.text.empty();
    if (first) {
      chunk_.line = line_;
    }
    chunk_.text += first ? std::string(text) : line;
    chunk_.text += '\n';
    const reactor::Piece piece = reactor::piece_of(chunk_.text);
    if (piece == reactor::Piece::kNothing ||
        (piece == reactor::Piece::kWhole && (first || !indented))) {
      finish();
    }
    return true;
  }

  // What was taken for whole when its first line came: "xs", then "  select x => x + 1".
  bool goes_on(const std::string& line) const {
    if (last_.text.empty() || last_end_ + 1 != line_) {
      return false;
    }
    const auto stands = [&](const std::string& text) {
      std::vector<Chunk> tried = kept_;
      std::erase_if(tried,
                    [&](const Chunk& c) { return !last_.name.empty() && c.name == last_.name; });
      tried.push_back({line_, text + '\n', last_.name});
      return compile_text(file_, program_of(tried), *sets_).ok();
    };
    return stands(last_.text + line) || !stands(std::string(trimmed(line)));
  }

  bool may_stand_inside(const std::string& line) const {
    return reactor::piece_of(chunk_.text) == reactor::Piece::kInside && !begins_statement(line) &&
           !line.starts_with(':');
  }

  bool command(std::string_view name) {
    const std::string_view word = name.substr(0, name.find_first_of(kBlanks));
    const std::string argument(trimmed(name.substr(word.size())));
    if (word == ":help") {
      env_.out << kHelp;
    } else if (word == ":answers") {
      report(set_answers(argument));
    } else if (word == ":config") {
      report(set_config(argument));
    } else if (word == ":now") {
      report(set_now(argument));
    } else if (word != ":quit") {
      tell("there is no '" + std::string(word) +
           "'; there are :answers, :config, :help, :now and :quit");
    }
    return word != ":quit";
  }

  void tell(const std::string& what) const {
    env_.err << printable(what, kProblemBytesMax) << '\n';
  }

  void report(const Status& done) const {
    if (!done) {
      tell(done.error().text());
    }
  }

  Status set_answers(const std::string& file) {
    DAYBOOK_ASSIGN(answers_, answers_of(env_, file));
    return {};
  }

  Status set_config(const std::string& file) {
    DAYBOOK_ASSIGN(sets_, KnownSets::of_file(file));
    return {};
  }

  Status set_now(const std::string& time) {
    now_.reset();
    if (!time.empty()) {
      DAYBOOK_ASSIGN(now_, parse_time(time, ":now"));
    }
    return {};
  }

  // Tries what was typed, keeps it when it is a statement, and shows what it gives.
  void finish() {
    Chunk chunk = std::move(chunk_);
    chunk_ = {};
    last_ = chunk;
    last_end_ = chunk.line +
                static_cast<std::uint32_t>(std::count(chunk.text.begin(), chunk.text.end(), '\n')) -
                1;
    if (reactor::piece_of(chunk.text) == reactor::Piece::kNothing) {
      return;
    }
    chunk.name = name_of(chunk.text);
    std::vector<Chunk> tried = kept_;
    const auto same = std::find_if(tried.begin(), tried.end(),
                                   [&](const Chunk& c) { return c.name == chunk.name; });
    const bool shows = chunk.shows();
    if (same == tried.end()) {
      tried.push_back(std::move(chunk));
    } else {
      *same = std::move(chunk);
    }
    const reactor::Compiled compiled = compile_text(file_, program_of(tried), *sets_);
    if (!compiled.ok()) {
      report(compiled, tried);
    } else if (shows) {
      show(*compiled.program, tried);
    } else if (has_values(*compiled.program)) {
      kept_ = std::move(tried);
    }
  }

  static bool gets_from(const Chunk& chunk) {
    std::string_view text = chunk.text;
    return chunk.shows() && !begins_statement(text);
  }

  static std::string program_of(const std::vector<Chunk>& chunks) {
    std::string out;
    for (const Chunk& chunk : chunks) {
      out += gets_from(chunk) ? kFrom : "";
      out += chunk.text;
    }
    return out;
  }

  // A place in the collected program as one in what was typed.
  static reactor::Position typed(reactor::Position at, const std::vector<Chunk>& chunks) {
    for (const Chunk& chunk : chunks) {
      const auto lines =
          static_cast<std::uint32_t>(std::count(chunk.text.begin(), chunk.text.end(), '\n'));
      if (at.line > lines && &chunk != &chunks.back()) {
        at.line -= lines;
        continue;
      }
      if (at.line == 1 && gets_from(chunk)) {
        at.column -= std::min<std::uint32_t>(at.column - 1, kFrom.size());
      }
      at.line = chunk.line + std::min(at.line, lines) - 1;
      return at;
    }
    return at;
  }

  void report(const reactor::Compiled& compiled, const std::vector<Chunk>& chunks) const {
    for (reactor::Diagnostic fault : compiled.diagnostics) {
      if (fault.source == file_.id) {
        const reactor::Position at = typed(fault.at, chunks);
        const std::size_t added = std::min<std::size_t>(
            fault.at.column - at.column, fault.line.starts_with(kFrom) ? fault.line.size() : 0);
        fault.line.erase(0, added);
        fault.at = at;
      }
      fault.source = file_.path_of(fault.source);
      env_.err << shown_fault(std::move(fault)) << '\n';
    }
  }

  bool has_values(const reactor::Program& program) const {
    for (const reactor::ParameterInfo& p : reactor::parameters_of(program)) {
      if (p.required) {
        tell("nobody gives '" + p.name + "' a value here: write param " + p.name + ": " + p.type +
             " = …");
        return false;
      }
    }
    return true;
  }

  void show(const reactor::Program& program, const std::vector<Chunk>& chunks) const {
    ToolWorld world(answers_, *sets_);
    const Micros now = now_.value_or(SystemClock().wall());
    const reactor::RunResult result = run_dry(file_, program, {{}, now}, world);
    if (result.fault) {
      reactor::Fault fault = *result.fault;
      fault.at = fault.source == file_.path ? typed(fault.at, chunks) : fault.at;
      tell(fault.code + ": " + fault.message + " (" + place_of(fault) + ")");
      return;
    }
    env_.out << harmless(result.result) << '\n';
    for (const reactor::EffectText& effect : result.effects) {
      env_.out << "effect " << harmless(effect.json) << '\n';
    }
  }

  const Environment& env_;
  const ComponentFile file_;
  std::uint32_t line_ = 0;
  Chunk chunk_;
  std::vector<Chunk> kept_;
  Chunk last_;                  // that was tried
  std::uint32_t last_end_ = 0;  // its last line
  std::unique_ptr<KnownSets> sets_;
  std::vector<std::string> answers_;
  std::optional<Micros> now_;
};

}  // namespace

void add_component_repl_command(CLI::App& noun, Session& session) {
  auto root = std::make_shared<std::string>();
  auto config = std::make_shared<std::string>();
  auto& verb = add_verb(noun, "repl", "Try the language, chunk by chunk", {"component repl"});
  verb.add_option("--root", *root, "Folder that stands for all components; absent: this one");
  add_sets_option(verb, *config);
  verb.callback([&session, root, config] {
    session.action = [&session, root, config]() -> Status {
      DAYBOOK_ASSIGN(std::unique_ptr<KnownSets> sets, sets_of(session.env, *config));
      Repl(session, *root, std::move(sets)).talk();
      return {};
    };
  });
}

}  // namespace daybook::cli
