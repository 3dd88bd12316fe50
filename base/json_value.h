// A view of one value inside JSON text that passed check_json(): finds members and reads scalars
// without building a tree, and hands out any part as the text it was sent as.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace daybook {

class JsonValue {
 public:
  enum class Kind : std::uint8_t { kNull, kBool, kNumber, kString, kArray, kObject };
  using Member = std::pair<std::string, JsonValue>;

  // `text` must have passed check_json() and outlive the view.
  explicit JsonValue(std::string_view text);

  Kind kind() const;
  bool is_null() const { return kind() == Kind::kNull; }
  // The value as it was sent.
  std::string_view text() const { return text_; }

  // Each needs its kind.
  std::vector<Member> members() const;
  std::vector<JsonValue> elements() const;
  std::string string() const;
  bool boolean() const { return text_.front() == 't'; }
  // Nothing when it is not whole or does not fit; 10.0 and 1e1 are ten (RFC 8259 knows no
  // integers).
  std::optional<std::int64_t> integer() const;
  double number() const;

 private:
  std::string_view text_;
};

}  // namespace daybook
