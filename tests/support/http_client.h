// A plain blocking HTTP client over one socket: sends bytes as they are given, so a test can also
// send what no proper client would. One thread per object.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace daybook::test {

struct HttpReply {
  int status = 0;
  std::map<std::string, std::string> fields;  // names in lower case
  std::string body;
  bool closes = false;  // the server said so

  // Value of a field, "" when there is none.
  std::string field(const std::string& name) const;
};

class HttpClient {
 public:
  // Connects to 127.0.0.1; fails the process's test when it cannot.
  explicit HttpClient(std::uint16_t port);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // One request and its answer. `fields`: lines with their ends.
  std::optional<HttpReply> call(std::string_view method, std::string_view target,
                                std::string_view body = {}, std::string_view fields = {});
  std::optional<HttpReply> get(std::string_view target) { return call("GET", target); }

  // The pieces of it, for tests of the connection itself.
  bool send(std::string_view bytes);
  // Sends nothing more.
  void end_sending();
  // Reads one answer; nothing when the connection ended or `timeout` passed first.
  std::optional<HttpReply> receive(std::chrono::milliseconds timeout = std::chrono::seconds(20),
                                   bool to_head = false);
  // Reads until `text` has come since the last answer, or the end; what came.
  std::string receive_until(std::string_view text,
                            std::chrono::milliseconds timeout = std::chrono::seconds(20));
  // True when the server ends the connection within the timeout.
  bool closed_by_peer(std::chrono::milliseconds timeout = std::chrono::seconds(20));
  void set_receive_buffer(int bytes);

 private:
  enum class Got { kBytes, kEnd, kTimeout };
  Got read_some(std::chrono::steady_clock::time_point until);
  bool read_chunked(std::size_t at, std::chrono::steady_clock::time_point until, std::string& body);

  int socket_ = -1;
  std::string buffer_;
};

}  // namespace daybook::test
