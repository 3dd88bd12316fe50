// What a filter says for certain about single fields: how a set finds the index to use. Private to
// graph/.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "graph/filter_check.h"

namespace daybook::graph {

// A bound of an instant; from is inclusive, to exclusive.
struct Span {
  std::optional<Micros> from;
  std::optional<Micros> to;

  void raise(Micros at);
  void lower(Micros at);
};

// The parts of the outermost `and`; each can be taken once, and what is left decides whether the
// taken ones say all that the filter says.
class Narrowing {
 public:
  explicit Narrowing(const Condition& filter);

  // The value that the field must equal: `field == value`, `field anyof [value]`.
  const Value* equal(const std::vector<std::string>& path);
  // The values of which the field must equal one: as equal(), `field anyof [value, …]`. Empty:
  // nothing is said.
  std::vector<const Value*> any(const std::vector<std::string>& path);
  // A value that must be among those of a list field: `tags anyof [value]`, `tags allof [value]`.
  const Value* among(const std::vector<std::string>& path);
  // == < <= > >= with instants.
  Span span(const std::vector<std::string>& path);

  // Whether everything was taken.
  bool whole() const { return parts_.empty(); }

 private:
  void add(const Condition& condition);
  template <typename Accepts>
  const Condition* take(const std::vector<std::string>& path, const Accepts& accepts);

  std::vector<const Condition*> parts_;
};

}  // namespace daybook::graph
