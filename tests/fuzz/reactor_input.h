// What the fuzzers of the reactor language share: one input is a program, modules and answers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "components/reactor/run.h"

namespace daybook::reactor {

// Parts of the input stand behind lines "\n---x": m a module (m1.hrc, m2.hrc, …), p the prelude,
// a an answer, i the parameters.
struct FuzzInput {
  explicit FuzzInput(const std::uint8_t* data, std::size_t size) {
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    constexpr std::string_view kMark = "\n---";
    std::size_t end = std::min(rest.find(kMark), rest.size());
    code = rest.substr(0, end);
    while (end + kMark.size() < rest.size()) {
      rest.remove_prefix(end + kMark.size());
      end = std::min(rest.find(kMark, 1), rest.size());
      const std::string part(rest.substr(1, end - 1));
      switch (rest.front()) {
        case 'm':
          modules["m" + std::to_string(modules.size() + 1) + ".hrc"] = part;
          break;
        case 'p':
          modules[std::string(kPreludeId)] = part;
          break;
        case 'i':
          parameters = part;
          break;
        default:
          answers.push_back(part);
      }
    }
  }

  std::string code;
  std::map<std::string, std::string, std::less<>> modules;
  std::vector<std::string> answers;
  std::string parameters = "{}";
};

class FuzzModules final : public Modules {
 public:
  explicit FuzzModules(const FuzzInput& input) : input_(input) {}
  std::optional<std::string> code(std::string_view component) const override {
    const auto at = input_.modules.find(component);
    return at == input_.modules.end() ? std::nullopt : std::optional(at->second);
  }

 private:
  const FuzzInput& input_;
};

class FuzzSets final : public Sets {
 public:
  FuzzSets() {
    const FieldType text{FieldType::Kind::kText, true};
    orders_.fields = {{"id", {FieldType::Kind::kUuid}},
                      {"total", {FieldType::Kind::kNumber}},
                      {"note", text},
                      {"createdAt", {FieldType::Kind::kInstant}},
                      {"data", {FieldType::Kind::kValue}}};
    orders_.navigations = {{"orders", {"orders", true}}};
  }
  const SetType* find(std::string_view name) const override {
    return name == "orders" ? &orders_ : nullptr;
  }
  std::vector<std::string> names() const override { return {"orders"}; }

 private:
  SetType orders_;
};

// Answers from the input, again and again; without any, with no rows.
class FuzzWorld final : public World {
 public:
  explicit FuzzWorld(std::vector<std::string> answers) : answers_(std::move(answers)) {}
  Result<std::string> ask(std::string_view) override {
    return answers_.empty() ? std::string(R"({"rows":[]})") : answers_[asked_++ % answers_.size()];
  }

 private:
  std::vector<std::string> answers_;
  std::size_t asked_ = 0;
};

}  // namespace daybook::reactor
