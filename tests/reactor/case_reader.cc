// Texts to cases: tests/reactor/cases/README.md.
#include <charconv>

#include "tests/reactor/case.h"

namespace daybook::reactor {
namespace {

// @{3*text}@: so many times the text, in which # is the number of each, ~ the one before, and \n a
// line end.
std::string expanded(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t open = text.find("@{");
    const std::size_t star = text.find('*', open == std::string_view::npos ? text.size() : open);
    const std::size_t close = text.find("}@", star == std::string_view::npos ? text.size() : star);
    if (close == std::string_view::npos) {
      return out + std::string(text);
    }
    out += text.substr(0, open);
    std::size_t times = 0;
    std::from_chars(text.data() + open + 2, text.data() + star, times);
    const std::string_view piece = text.substr(star + 1, close - star - 1);
    if (piece.size() == 1 && piece != "#" && piece != "~") {
      out.append(times, piece.front());
      times = 0;
    }
    for (std::size_t n = 1; n <= times; ++n) {
      for (std::size_t i = 0; i < piece.size(); ++i) {
        const bool line_end = piece[i] == '\\' && i + 1 < piece.size() && piece[i + 1] == 'n';
        if (piece[i] == '#' || piece[i] == '~') {
          out += std::to_string(piece[i] == '#' ? n : n - 1);
        } else {
          out += line_end ? '\n' : piece[i];
        }
        i += line_end ? 1 : 0;
      }
    }
    text.remove_prefix(close + 2);
  }
  return out;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) {
    text.remove_suffix(1);
  }
  return text;
}

std::vector<std::string> lines_of(std::string_view body) {
  std::vector<std::string> out;
  const std::string all = expanded(trimmed(body));
  std::string_view text = all;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (end > 0) {
      out.emplace_back(text.substr(0, end));
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

bool set_limits(Case& c, std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t equals = std::min(pair.find('='), pair.size() - 1);
    const std::string_view name = pair.substr(0, equals);
    std::size_t value = 0;
    std::from_chars(pair.data() + equals + 1, pair.data() + pair.size(), value);
    if (name == "interrupted") {
      c.interrupted_after = value;
    } else if (name == "steps") {
      c.limits.steps = value;
    } else {
      std::size_t* place = name == "memory"      ? &c.limits.memory
                           : name == "depth"     ? &c.limits.depth
                           : name == "frames"    ? &c.limits.frames
                           : name == "output"    ? &c.limits.output
                           : name == "effects"   ? &c.limits.effects
                           : name == "questions" ? &c.limits.questions
                           : name == "answers"   ? &c.limits.answers
                                                 : nullptr;
      if (place == nullptr) {
        return false;
      }
      *place = value;
    }
  }
  return true;
}

// False when there is no such section.
bool set_section(Case& c, std::string_view head, std::string_view body) {
  const std::size_t space = std::min(head.find(' '), head.size());
  const std::string_view kind = head.substr(0, space);
  const std::string argument(head.substr(std::min(space + 1, head.size())));
  const std::string text = expanded(trimmed(body));
  if (kind == "code") {
    c.code = text + "\n";
    c.id = argument.empty() ? c.id : argument;
  } else if (kind == "module") {
    c.modules[argument] = text + "\n";
  } else if (kind == "modules") {
    std::size_t count = 0;
    std::from_chars(argument.data(), argument.data() + argument.size(), count);
    for (std::size_t n = 1; n <= count; ++n) {
      c.modules["m" + std::to_string(n) + ".hrc"] = text + std::to_string(n) + "\n";
    }
  } else if (kind == "rows") {
    c.rows[argument] = text;
  } else if (kind == "answer") {
    c.answers.push_back(text);
  } else if (kind == "parameters") {
    c.parameters = text;
  } else if (kind == "limits") {
    return set_limits(c, argument);
  } else if (kind == "result") {
    c.result = text;
  } else if (kind == "effects") {
    c.effects = lines_of(body);
  } else if (kind == "asked") {
    c.asked = lines_of(body);
  } else if (kind == "imports") {
    c.imports = lines_of(body);
  } else if (kind == "diagnostics") {
    c.diagnostics = lines_of(body);
  } else if (kind == "fault") {
    c.fault = text;
  } else {
    return false;
  }
  return true;
}

}  // namespace

std::vector<Case> read_cases(std::string_view text) {
  std::vector<Case> out;
  std::string head;
  std::string body;
  const auto end_section = [&] {
    if (!head.empty() && !out.empty() && !set_section(out.back(), head, body)) {
      out.back() = Case{};
      out.back().name = "bad section " + head;
    }
    head.clear();
    body.clear();
  };
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.starts_with("=== ")) {
      end_section();
      out.emplace_back();
      out.back().name = line.substr(4);
    } else if (line.starts_with("--- ")) {
      end_section();
      head = line.substr(4);
    } else {
      body += line;
      body += '\n';
    }
  }
  end_section();
  return out;
}

}  // namespace daybook::reactor
