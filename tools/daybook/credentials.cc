#include "tools/daybook/credentials.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "access/token_text.h"

#include "base/ascii.h"
#include "log/files.h"

namespace daybook::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kCredentialsBytesMax = 1U << 20;
constexpr std::string_view kBlank = " \t\r";
constexpr std::string_view kFirstLine =
    "# Written by `daybook login`: a server and its token a line.";

struct StoredLine {
  std::string text;
  std::string server;  // its key; empty: a comment, or nothing
  std::string token;
};

std::string_view without_blanks(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(kBlank) + 1 - first);
}

Result<StoredLine> read_stored_line(std::string_view text, const std::string& place) {
  StoredLine out;
  out.text = text;
  const std::string_view words = without_blanks(text);
  if (words.empty() || words.front() == '#') {
    return out;
  }
  const std::size_t end = std::min(words.find_first_of(kBlank), words.size());
  const std::string_view token = without_blanks(words.substr(end));
  // The line is not shown: what is wrong with it may be all that hides the token.
  if (words.find("://") > end || !access::parse_token(token)) {
    return fail(Code::kInvalid, "BAD_CREDENTIALS",
                "is not an address and a token: mend or remove the line, or log in again", place);
  }
  out.server = server_key(words.substr(0, end));
  out.token = token;
  return out;
}

Result<std::vector<StoredLine>> read_lines(const fs::path& path) {
  std::vector<StoredLine> out;
  struct stat info = {};
  if (::stat(path.c_str(), &info) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) {
      return out;
    }
    return fail(log::file_error("cannot read", path, errno));
  }
  if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return fail(Code::kDenied, "FILE_NOT_PRIVATE",
                path.string() + " is open to others, and so may be the tokens in it: `chmod 600 " +
                    path.string() + "`, and rotate them if somebody else was here");
  }
  std::error_code bad;
  const fs::path file = fs::canonical(path, bad);  // people keep such files elsewhere, by a link
  DAYBOOK_ASSIGN(const auto text, log::read_file(bad ? path : file, kCredentialsBytesMax));
  std::string_view left = text ? std::string_view(*text) : std::string_view();
  for (std::size_t number = 1; !left.empty(); ++number) {
    const std::size_t end = std::min(left.find('\n'), left.size());
    DAYBOOK_ASSIGN(StoredLine line, read_stored_line(left.substr(0, end),
                                                     path.string() + ":" + std::to_string(number)));
    out.push_back(std::move(line));
    left.remove_prefix(std::min(end + 1, left.size()));
  }
  return out;
}

Status write_lines(const fs::path& path, const std::vector<StoredLine>& lines) {
  std::string text;
  for (const StoredLine& line : lines) {
    text += line.text + '\n';
  }
  std::error_code bad;
  const fs::path file = fs::canonical(path, bad);
  const fs::path target = bad ? path : file;
  // What an interrupted write left may have another mode.
  DAYBOOK_TRY(log::remove_file(target.string() + ".new"));
  return log::replace_file(target, text);
}

// Makes the directory the user's alone, and keeps other processes from changing the file until it
// goes.
Result<log::Descriptor> locked_directory(const fs::path& directory) {
  DAYBOOK_TRY(log::make_private_directory(directory));
  if (::chmod(directory.c_str(), S_IRWXU) != 0) {
    return fail(log::file_error("cannot close to others", directory, errno));
  }
  DAYBOOK_ASSIGN(log::Descriptor out, log::open_file(directory, O_RDONLY | O_DIRECTORY));
  while (::flock(out.get(), LOCK_EX) != 0) {
    if (errno != EINTR) {
      return fail(log::file_error("cannot lock", directory, errno));
    }
  }
  return out;
}

Status check_known(const fs::path& path) {
  return path.empty() ? Status(fail(Code::kInvalid, "NO_HOME",
                                    "neither HOME nor XDG_CONFIG_HOME says where tokens are kept"))
                      : Status();
}

}  // namespace

fs::path credentials_path(const Environment& env) {
  fs::path base = env.variable("XDG_CONFIG_HOME").value_or("");
  if (!base.is_absolute()) {  // as the XDG base directory specification says
    const fs::path home = env.variable("HOME").value_or("");
    if (!home.is_absolute()) {
      return {};
    }
    base = home / ".config";
  }
  return base / "daybook" / "credentials";
}

std::string server_key(std::string_view server) {
  while (!server.empty() && server.back() == '/') {
    server.remove_suffix(1);
  }
  const std::size_t scheme = server.find("://");
  const std::size_t host = scheme == std::string_view::npos ? 0 : scheme + 3;
  const std::size_t path = std::min(server.find('/', host), server.size());
  std::string out(server.substr(0, path));
  std::transform(out.begin(), out.end(), out.begin(), lower_case);
  for (const auto& [start, port] : {std::pair{"http://", ":80"}, std::pair{"https://", ":443"}}) {
    if (out.starts_with(start) && out.ends_with(port)) {
      out.resize(out.size() - std::string_view(port).size());
    }
  }
  return out.append(server.substr(path));
}

Result<std::optional<std::string>> stored_token(const fs::path& path, std::string_view server) {
  std::optional<std::string> out;
  if (path.empty()) {
    return out;
  }
  DAYBOOK_ASSIGN(const std::vector<StoredLine> lines, read_lines(path));
  const std::string key = server_key(server);
  const auto at = std::find_if(lines.begin(), lines.end(),
                               [&](const StoredLine& line) { return line.server == key; });
  if (at != lines.end()) {
    out = at->token;
  }
  return out;
}

Status store_token(const fs::path& path, std::string_view server, std::string_view token) {
  DAYBOOK_TRY(check_known(path));
  DAYBOOK_ASSIGN(const log::Descriptor lock, locked_directory(path.parent_path()));
  DAYBOOK_ASSIGN(std::vector<StoredLine> lines, read_lines(path));
  const std::string key = server_key(server);
  std::erase_if(lines, [&](const StoredLine& line) { return line.server == key; });
  if (lines.empty()) {
    lines.push_back({std::string(kFirstLine), {}, {}});
  }
  lines.push_back({key + " " + std::string(token), key, std::string(token)});
  return write_lines(path, lines);
}

Result<bool> forget_token(const fs::path& path, std::string_view server) {
  DAYBOOK_TRY(check_known(path));
  std::error_code bad;
  if (!fs::exists(path, bad)) {
    return false;
  }
  DAYBOOK_ASSIGN(const log::Descriptor lock, locked_directory(path.parent_path()));
  DAYBOOK_ASSIGN(std::vector<StoredLine> lines, read_lines(path));
  const std::string key = server_key(server);
  if (std::erase_if(lines, [&](const StoredLine& line) { return line.server == key; }) == 0) {
    return false;
  }
  DAYBOOK_TRY(write_lines(path, lines));
  return true;
}

}  // namespace daybook::cli
