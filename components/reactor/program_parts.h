// What a Program holds; for the parser, the checker and the evaluator. Private to
// components/reactor.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "components/reactor/arena.h"
#include "components/reactor/ast.h"
#include "components/reactor/program.h"
#include "components/reactor/regex.h"
#include "components/reactor/scope.h"

namespace daybook::reactor {

// A name that an import brings: a value of the module's frame becomes one of ours.
struct ImportedName {
  std::size_t module;  // index in Program::modules
  std::uint16_t from_slot;
  std::uint16_t to_slot;
};

struct Export {
  std::string_view name;
  std::uint16_t slot = 0;
  Binding::Kind kind{};
  std::uint8_t parameters = 0;
  bool curried = false;
  bool acts = false;
  const TypeNode* type = nullptr;
};

class Program {
 public:
  Program(std::string id, std::string code, std::size_t arena_bytes)
      : source(std::move(id), std::move(code)), arena(arena_bytes, 512, 4) {}

  Source source;
  Arena arena;
  std::vector<std::unique_ptr<Regex>> regexes;
  std::span<const Parameter> parameters;
  const BlockNode* body = nullptr;
  std::uint16_t frame = 0;
  std::uint32_t caches = 0;  // field accesses: each has an inline cache in a run
  // Which fields of records it reads, those of its modules with them, sorted; or any, when a key is
  // computed. What queries select is made more by these.
  std::vector<std::string_view> fields_read;
  bool reads_any = false;
  // Filters and matches that the body of a filter's function took because they stand on its line:
  // where their words begin, sorted.
  std::vector<std::uint32_t> inside_bodies;
  std::vector<std::shared_ptr<const Program>> modules;
  std::vector<ImportedName> imported;
  std::vector<Export> exports;
};

}  // namespace daybook::reactor
