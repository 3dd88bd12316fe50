#include "components/reactor/slips.h"

#include <algorithm>
#include <iterator>

namespace daybook::reactor {
namespace {

struct Word {
  std::string_view elsewhere;
  std::string_view here;
};

template <std::size_t size>
std::string_view found(const Word (&words)[size], std::string_view word) {
  const auto* at = std::find_if(std::begin(words), std::end(words),
                                [&](const Word& w) { return w.elsewhere == word; });
  return at == std::end(words) ? std::string_view() : at->here;
}

}  // namespace

std::string_view word_here(std::string_view elsewhere) {
  static constexpr Word kWords[] = {
      {"null", "nothing"},      {"nil", "nothing"},      {"undefined", "nothing"},
      {"None", "nothing"},      {"True", "true"},        {"False", "false"},
      {"string", "text"},       {"String", "text"},      {"Text", "text"},
      {"str", "text"},          {"int", "number"},       {"integer", "number"},
      {"float", "number"},      {"double", "number"},    {"decimal", "number"},
      {"Number", "number"},     {"datetime", "instant"}, {"DateTime", "instant"},
      {"timestamp", "instant"}, {"Bool", "bool"},        {"object", "value"},
      {"any", "value"},         {"guid", "uuid"},        {"timespan", "duration"}};
  return found(kWords, elsewhere);
}

std::string_view said_here(std::string_view elsewhere) {
  static constexpr std::string_view kMatch =
      "a choice is made by match: x > 0 match true |> 'yes' |> 'no'";
  static constexpr std::string_view kFrom = "what a program or a body gives stands behind 'from'";
  static constexpr std::string_view kLists =
      "lists are gone through by filters: xs where x => …, xs select x => …";
  static constexpr std::string_view kLet = "a value gets a name by let: let x = …";
  static constexpr std::string_view kFunction =
      "a function is written let f(x) => …, or x => … where it is given to another";
  static constexpr std::string_view kFaults =
      "there are no exceptions: a QueryError is matched, any other fault ends the run";
  static constexpr Word kWords[] = {
      {"if", kMatch},          {"else", kMatch},      {"elif", kMatch},   {"elsif", kMatch},
      {"elseif", kMatch},      {"unless", kMatch},    {"switch", kMatch}, {"case", kMatch},
      {"return", kFrom},       {"yield", kFrom},      {"print", kFrom},   {"echo", kFrom},
      {"for", kLists},         {"foreach", kLists},   {"while", kLists},  {"loop", kLists},
      {"do", kLists},          {"var", kLet},         {"const", kLet},    {"val", kLet},
      {"function", kFunction}, {"func", kFunction},   {"fun", kFunction}, {"fn", kFunction},
      {"def", kFunction},      {"lambda", kFunction}, {"try", kFaults},   {"catch", kFaults},
      {"throw", kFaults},      {"raise", kFaults},    {"except", kFaults}};
  return found(kWords, elsewhere);
}

std::string_view said_here(char elsewhere) {
  switch (elsewhere) {
    case '?':
      return "a choice is made by match: x > 0 match true |> 'yes' |> 'no'";
    case '!':
      return "'not' turns a condition round";
    case ';':
      return "a statement ends with its line";
    case '#':
      return "a comment begins with //";
    case '%':
      return "a per cent sign is glued to its number: 25%";
    default:
      return {};
  }
}

std::optional<Span::Unit> unit_short_for(std::string_view word) {
  static constexpr Word kWords[] = {{"s", "seconds"}, {"sec", "seconds"}, {"secs", "seconds"},
                                    {"m", "minutes"}, {"min", "minutes"}, {"mins", "minutes"},
                                    {"h", "hours"},   {"hr", "hours"},    {"hrs", "hours"},
                                    {"d", "days"},    {"w", "weeks"},     {"wk", "weeks"},
                                    {"wks", "weeks"}, {"mo", "months"},   {"y", "years"},
                                    {"yr", "years"},  {"yrs", "years"},   {"msec", "milliseconds"}};
  return parse_unit(found(kWords, word));
}

std::string text_slip(const Source& source, std::uint32_t opened_at, std::string_view inside) {
  const Position began = source.position_of(opened_at);
  const bool lines = inside.find('\n') != std::string_view::npos;
  return "; a text that began at " + std::to_string(began.line) + ":" +
         std::to_string(began.column) +
         (lines ? " goes over a line end"
                : " ends before a word: a quote inside a text is written twice, 'it''s'");
}

}  // namespace daybook::reactor
