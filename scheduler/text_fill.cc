#include "scheduler/text_fill.h"

#include <utility>

#include "base/html_text.h"
#include "base/json_text.h"
#include "base/utf8.h"

namespace daybook::scheduler {
namespace {

constexpr std::string_view kOpen = "${";
constexpr std::string_view kEscaped = "$${";

// Calls literal(text) and placeholder(whole, name) for the parts in their order.
template <typename Literal, typename Placeholder>
void each_part(std::string_view text, const Literal& literal, const Placeholder& placeholder) {
  while (!text.empty()) {
    const auto open = text.find(kOpen);
    if (open == std::string_view::npos) {
      literal(text);
      return;
    }
    if (open > 0 && text.substr(open - 1).starts_with(kEscaped)) {
      literal(text.substr(0, open - 1));
      literal(kOpen);
      text.remove_prefix(open + kOpen.size());
      continue;
    }
    literal(text.substr(0, open));
    const auto close = text.find('}', open);
    const auto end = close == std::string_view::npos ? text.size() : close + 1;
    const auto whole = text.substr(open, end - open);
    placeholder(whole, close == std::string_view::npos
                           ? std::string_view()
                           : whole.substr(kOpen.size(), whole.size() - kOpen.size() - 1));
    text.remove_prefix(end);
  }
}

// Whether it is one placeholder and nothing else.
std::string_view only_placeholder(std::string_view text) {
  const bool one = text.starts_with(kOpen) && text.find('}') == text.size() - 1;
  return one ? text.substr(kOpen.size(), text.size() - kOpen.size() - 1) : std::string_view();
}

// A mail knows no controls; on one line there are no line ends either.
std::string without_controls(std::string text, TextFill::As as) {
  for (char& c : text) {
    const bool line_end = c == '\n' || c == '\r' || c == '\t';
    const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    if (control && (as == TextFill::As::kLine || !line_end)) {
      c = ' ';
    }
  }
  return text;
}

}  // namespace

void each_placeholder(std::string_view text,
                      const std::function<void(std::string_view, std::string_view)>& visit) {
  each_part(
      text, [](std::string_view) {}, visit);
}

std::string cut_text(std::string text, std::size_t bytes_max) {
  if (text.size() > bytes_max) {
    text.resize(bytes_max);
    if (const auto bad = find_bad_utf8(text)) {
      text.resize(*bad);
    }
  }
  return text;
}

std::string TextFill::plain(std::string_view name, As as) {
  const std::string value = lookup_(name);
  const JsonValue json(value);
  std::string text = json.kind() == JsonValue::Kind::kString ? json.string()
                     : json.is_null()                        ? std::string()
                                                             : value;
  text = without_controls(std::move(text), as);
  if (as != As::kHtml) {
    return text;
  }
  std::string html;
  append_html_text(html, text);
  return html;
}

std::string TextFill::text(std::string_view text, As as) {
  std::string out;
  each_part(
      text,
      [&](std::string_view literal) {
        out += literal;
        made_ += literal.size();
      },
      [&](std::string_view, std::string_view name) {
        if (!is_over()) {
          const std::string value = plain(name, as);
          made_ += value.size();
          out += value;
        }
      });
  return out;
}

void TextFill::json(const JsonValue& value, std::string& out) {
  switch (value.kind()) {
    case JsonValue::Kind::kObject: {
      char before = '{';
      for (const auto& [name, member] : value.members()) {
        out += before;
        append_json_string(out, name);
        out += ':';
        json(member, out);
        before = ',';
      }
      out += before == '{' ? "{}" : "}";
      return;
    }
    case JsonValue::Kind::kArray: {
      char before = '[';
      for (const JsonValue& element : value.elements()) {
        out += before;
        json(element, out);
        before = ',';
      }
      out += before == '[' ? "[]" : "]";
      return;
    }
    case JsonValue::Kind::kString: {
      const std::string plain_text = value.string();
      if (const auto name = only_placeholder(plain_text); !name.empty()) {
        const std::string filled = is_over() ? "null" : lookup_(name);
        made_ += filled.size();
        out += filled;
      } else {
        append_json_string(out, text(plain_text, As::kText));
      }
      return;
    }
    default:
      out += value.text();
  }
}

}  // namespace daybook::scheduler
