#include "tools/daybook/settings_file.h"

#include <cctype>
#include <fstream>
#include <string>
#include <string_view>

namespace daybook::cli {
namespace {

constexpr std::size_t kSettingsBytesMax = 1U << 20;

Error bad_setting(const std::string& where, std::string_view what) {
  return make_error(Code::kInvalid, "BAD_SETTING", what, where);
}

// Whether names follow each other by dots, as in a.b.c, more often than any setting has them.
bool has_deep_names(std::string_view text) {
  constexpr int kDotsMax = 100;
  int dots = 0;
  for (const char c : text) {
    const bool name = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' ||
                      c == ' ' || c == '\t' || c == '"' || c == '\'';
    dots = c == '.' ? dots + 1 : name ? dots : 0;
    if (dots > kDotsMax) {
      return true;
    }
  }
  return false;
}

Result<std::string> read_text(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string out(kSettingsBytesMax + 1, '\0');
  in.read(out.data(), static_cast<std::streamsize>(out.size()));
  out.resize(static_cast<std::size_t>(in.gcount()));
  if (!in.is_open() || in.bad()) {
    return fail(bad_setting(file.string(), "cannot be read"));
  }
  if (out.size() > kSettingsBytesMax || has_deep_names(out)) {
    return fail(
        bad_setting(file.string(), "is larger, or has names of more parts, than settings are"));
  }
  return out;
}

}  // namespace

Result<toml::table> read_settings_file(const std::filesystem::path& file) {
  DAYBOOK_ASSIGN(const std::string text, read_text(file));
  try {
    return toml::parse(text, file.string());
  } catch (const toml::parse_error& bad) {
    return fail(bad_setting(file.string() + ":" + std::to_string(bad.source().begin.line),
                            bad.description()));
  }
}

}  // namespace daybook::cli
