// What `daybook login` keeps: a token for each server, in a file that nobody else may read.
//
//   # comments stay
//   http://127.0.0.1:7070 db_alice_0123456789abcdefghjkmnpqrstvwxyz
//
// Any process; changes wait for each other, and a crash leaves the old file or the new one.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "tools/daybook/environment.h"

namespace daybook::cli {

// "$XDG_CONFIG_HOME/daybook/credentials", else "~/.config/daybook/credentials"; empty when neither
// directory is known.
std::filesystem::path credentials_path(const Environment& env);
// A server's address as it stands there: scheme and host in small letters, without a port that goes
// without saying and without slashes at its end.
std::string server_key(std::string_view server);

// Nothing when there is no file, or none for that server. kDenied "FILE_NOT_PRIVATE" when others
// may read it; kInvalid "BAD_CREDENTIALS" names the line that cannot be read.
Result<std::optional<std::string>> stored_token(const std::filesystem::path& path,
                                                std::string_view server);
// Makes the directory (0700) and the file (0600) where they are absent.
Status store_token(const std::filesystem::path& path, std::string_view server,
                   std::string_view token);
// False when there was none.
Result<bool> forget_token(const std::filesystem::path& path, std::string_view server);

}  // namespace daybook::cli
