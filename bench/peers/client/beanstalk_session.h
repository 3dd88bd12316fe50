// The protocol of beanstalkd: put, reserve-with-timeout, delete. Many jobs are many commands sent
// at once.
#pragma once

#include <string>
#include <vector>

#include "bench/peers/client/session.h"

namespace daybook::peers {

class BeanstalkSession : public Session {
 public:
  void prepare(std::string& /*out*/) override {}
  void open(std::string& /*out*/) override {}
  void create(std::string& out, std::size_t jobs) override;
  void lease(std::string& out, std::size_t max) override;
  void complete(std::string& out) override;
  Step take(std::string_view& in, std::string& out) override;
  std::size_t held() const override { return ids_.size(); }

 private:
  // The word that each reply to the request under way begins with.
  enum class Asked { kPut, kReserve, kDelete };
  void take_line(std::string_view line);

  Asked asked_ = Asked::kPut;
  std::size_t replies_missing_ = 0;
  std::size_t created_ = 0;
  std::vector<std::string> ids_;
};

}  // namespace daybook::peers
