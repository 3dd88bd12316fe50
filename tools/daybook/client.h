// The HTTP side of every command: one connection to a server, kept alive between requests. One
// thread.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/value.hpp>

#include "base/result.h"

namespace daybook::cli {

struct ClientOptions {
  std::string server = "http://127.0.0.1:7070";
  std::string token;       // sent as bearer when not empty
  std::string token_from;  // where it stands, for who is told that it is not valid
  std::string ca_file;     // who vouches for the server; empty: the system's
  std::chrono::milliseconds connect_timeout{3000};
  std::chrono::milliseconds timeout{30'000};
};

struct Response {
  long status = 0;
  std::string body;
};

// `path?name=value&…` with both parts escaped; pairs with an empty value are left out.
using Query = std::vector<std::pair<std::string, std::string>>;
std::string with_query(std::string path, const Query& query);
// A resource id as one path segment; '/' stays when `keep_slashes` (component ids are paths).
std::string escape_segment(std::string_view id, bool keep_slashes = false);

class Client {
 public:
  // kInvalid when the address is neither http(s)://host[:port] nor unix:/path.
  static Result<Client> connect_to(ClientOptions options);
  ~Client();
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;

  // kUnavailable "SERVER_UNREACHABLE" when no server answers; whatever it answers is a Response.
  Result<Response> send(std::string_view method, const std::string& target,
                        const std::optional<std::string>& body = {},
                        const std::vector<std::string>& headers = {});
  // The same, as JSON both ways: an answer of 400 or more becomes an Error with the code, the
  // reason and the message that the server gave, that of 401 with what to do; an empty answer
  // becomes null. Redirects are not followed: a token is for one server.
  Result<boost::json::value> request(std::string_view method, const std::string& target,
                                     const std::optional<boost::json::value>& body = {},
                                     const std::vector<std::string>& headers = {});
  Result<boost::json::value> get(const std::string& target) { return request("GET", target); }

  const std::string& server() const;

 private:
  struct Impl;
  explicit Client(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// The Errors that a problem document stands for, at least one.
std::vector<Error> errors_of(long status, std::string_view body);
// The same as one: of several, each stands in the message on lines of its own.
Error error_of(long status, std::string_view body);

}  // namespace daybook::cli
