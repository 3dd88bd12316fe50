#include "components/reactor/regex_cost.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

namespace daybook::reactor {
namespace {

// Beyond it numbers stay where they are: every limit lies below.
constexpr std::size_t kMost = std::size_t{1} << 40;
// RE2's, measured: a class by property, one that is turned round, a range of two bytes or more.
constexpr std::size_t kOfProperty = 1250;
constexpr std::size_t kOfAny = 12;
constexpr std::size_t kOfRange = 8;

std::size_t times(std::size_t a, std::size_t b) {
  return a != 0 && b > kMost / a ? kMost : a * b;
}

// A piece of a pattern.
struct PatternPiece {
  std::size_t units = 0;
  std::size_t instructions = 0;
  bool character = false;  // one character, of one kind or of many
  bool endless = false;    // something in it repeats without end
  // Characters that repeat, and pieces with an end, behind each other and no choice between them.
  bool chain = true;
};

PatternPiece character(std::size_t units, std::size_t instructions) {
  return {units, instructions, true, false, true};
}

PatternPiece behind(const PatternPiece& a, const PatternPiece& b) {
  return {std::min(a.units + b.units, kMost), std::min(a.instructions + b.instructions, kMost),
          false, a.endless || b.endless, a.chain && b.chain};
}

PatternPiece either(const PatternPiece& a, const PatternPiece& b) {
  PatternPiece out = behind(a, b);
  out.instructions = std::min(out.instructions + 1, kMost);
  out.chain = !out.endless;
  return out;
}

struct Repeat {
  std::size_t min = 0;
  std::optional<std::size_t> max;
};

PatternPiece repeated(const PatternPiece& piece, const Repeat& repeat) {
  const std::size_t copies = std::max<std::size_t>(repeat.max.value_or(repeat.min), 1);
  PatternPiece out;
  out.units = times(piece.units, copies);
  out.instructions = times(piece.instructions + 1, copies);
  out.endless = piece.endless || !repeat.max;
  const bool once = repeat.min == 1 && repeat.max == 1;
  out.chain = once ? piece.chain : piece.character || !out.endless;
  return out;
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  // Groups are kept in a list of their own: they may be as many as characters.
  PatternPiece read() {
    open_.emplace_back();
    while (!text_.empty()) {
      step();
    }
    while (open_.size() > 1) {
      close();
    }
    return open_.back().whole();
  }

 private:
  struct Group {
    std::optional<PatternPiece> before;  // the choices behind which a '|' stands
    PatternPiece sequence;
    std::optional<PatternPiece> last;  // what a repetition would be of

    void add(const PatternPiece& piece) {
      sequence = last ? behind(sequence, *last) : sequence;
      last = piece;
    }
    PatternPiece whole() const {
      const PatternPiece all = last ? behind(sequence, *last) : sequence;
      return before ? either(*before, all) : all;
    }
  };

  bool take(std::string_view word) {
    const bool there = text_.starts_with(word);
    text_.remove_prefix(there ? word.size() : 0);
    return there;
  }

  void step() {
    Group& group = open_.back();
    if (take("(")) {
      begin();
    } else if (take(")")) {
      close();
    } else if (take("|")) {
      group.before = group.whole();
      group.sequence = {};
      group.last.reset();
    } else if (take("^") || take("$")) {
      group.add({0, 1});
    } else if (take(".")) {
      group.add(character(RegexCost::kUnit, kOfAny));
    } else if (take("[")) {
      group.add(set());
    } else if (take("\\Q")) {
      quoted();
    } else if (take("\\")) {
      group.add(escape());
    } else if (const auto repeat = repetition()) {
      take("?");
      group.last = group.last ? std::optional(repeated(*group.last, *repeat)) : std::nullopt;
    } else {
      group.add(character(1, literal()));
    }
  }

  // Behind the parenthesis: the flags or the name, when there are any.
  void begin() {
    if (take("?")) {
      const std::size_t end = text_.find_first_of(":>)");
      const bool flags_only = end != std::string_view::npos && text_[end] == ')';
      text_.remove_prefix(std::min(end == std::string_view::npos ? end : end + 1, text_.size()));
      if (flags_only) {
        return;
      }
    }
    open_.emplace_back();
  }

  void close() {
    if (open_.size() == 1) {
      return;
    }
    PatternPiece piece = open_.back().whole();
    open_.pop_back();
    piece.instructions = std::min(piece.instructions + 2, kMost);
    open_.back().add(piece);
  }

  // Takes a character of any number of bytes; about as many instructions.
  std::size_t literal() {
    std::size_t size = 1;
    while (size < text_.size() && (static_cast<unsigned char>(text_[size]) & 0xc0U) == 0x80U) {
      ++size;
    }
    text_.remove_prefix(std::min(size, text_.size()));
    return size;
  }

  void quoted() {
    while (!text_.empty() && !take("\\E")) {
      open_.back().add(character(1, literal()));
    }
  }

  // Behind the backslash.
  PatternPiece escape() {
    if (text_.empty()) {
      return {};
    }
    const char c = text_.front();
    if (c == 'p' || c == 'P') {
      property();
      return character(RegexCost::kUnit, kOfProperty);
    }
    if (c == 'x') {
      text_.remove_prefix(1);
      const std::size_t end = take("{") ? text_.find('}') : std::string_view::npos;
      text_.remove_prefix(end == std::string_view::npos ? std::min<std::size_t>(2, text_.size())
                                                        : end + 1);
      return character(1, 4);
    }
    literal();
    constexpr std::string_view kPlaces = "bBAzZE";
    constexpr std::string_view kKinds = "dDsSwWC";
    if (kPlaces.find(c) != std::string_view::npos) {
      return {0, 1};
    }
    return kKinds.find(c) != std::string_view::npos ? character(RegexCost::kUnit, kOfAny)
                                                    : character(1, 1);
  }

  // pL, p{Greek}
  void property() {
    text_.remove_prefix(1);
    if (take("{")) {
      const std::size_t end = text_.find('}');
      text_.remove_prefix(end == std::string_view::npos ? text_.size() : end + 1);
    } else if (!text_.empty()) {
      literal();
    }
  }

  // Behind the bracket.
  PatternPiece set() {
    std::size_t instructions = take("^") ? kOfAny : 1;
    for (bool first = true; !text_.empty() && (first || !take("]")); first = false) {
      if (take("[:")) {
        const std::size_t end = text_.find(":]");
        text_.remove_prefix(end == std::string_view::npos ? text_.size() : end + 2);
        instructions += kOfRange;
      } else if (take("\\")) {
        instructions += escape().instructions;
      } else {
        instructions += literal() > 1 ? kOfRange : 1;
      }
    }
    return character(RegexCost::kUnit, std::min(instructions, kMost));
  }

  std::optional<Repeat> repetition() {
    if (take("*")) {
      return Repeat{0, std::nullopt};
    }
    if (take("+")) {
      return Repeat{1, std::nullopt};
    }
    if (take("?")) {
      return Repeat{0, 1};
    }
    return counted();
  }

  // {2}, {2,}, {2,3}; any other brace stands for itself.
  std::optional<Repeat> counted() {
    if (!text_.starts_with('{')) {
      return std::nullopt;
    }
    std::string_view rest = text_.substr(1);
    const auto number = [&]() -> std::optional<std::size_t> {
      std::size_t out = 0;
      const auto [at, error] = std::from_chars(rest.data(), rest.data() + rest.size(), out);
      const bool digits = at != rest.data();
      rest.remove_prefix(static_cast<std::size_t>(at - rest.data()));
      return !digits ? std::nullopt : std::optional(error == std::errc() ? out : kMost);
    };
    const auto min = number();
    if (!min) {
      return std::nullopt;
    }
    Repeat out{*min, min};
    if (rest.starts_with(',')) {
      rest.remove_prefix(1);
      out.max = number();
    }
    if (!rest.starts_with('}')) {
      return std::nullopt;
    }
    text_ = rest.substr(1);
    return out;
  }

  std::string_view text_;
  std::vector<Group> open_;
};

}  // namespace

RegexCost cost_of_regex(std::string_view pattern) {
  const PatternPiece all = Reader(pattern).read();
  return {all.units, all.instructions, !all.chain};
}

}  // namespace daybook::reactor
