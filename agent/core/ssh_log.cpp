#include "agent/core/ssh_log.hpp"

#include <algorithm>

namespace conncheck {
namespace {

constexpr std::size_t max_lines = 100;
constexpr std::size_t max_line_bytes = 500;

}  // namespace

void SshLog::add(std::string_view line) {
  while (line.ends_with('\r')) {
    line.remove_suffix(1);
  }
  const auto reach = [this](SshStage stage) { stage_ = std::max(stage_, stage); };
  if (line.starts_with("debug1: Connection established")) {
    reach(SshStage::reached);
  } else if (line.starts_with("debug1: Remote protocol version")) {
    reach(SshStage::talking);
  } else if (line.starts_with("debug1: Server host key: ")) {
    reach(SshStage::key_received);
    const std::size_t begin = line.find(" SHA256:");
    fingerprint_ = begin == std::string_view::npos ? "" : line.substr(begin + 1, max_line_bytes);
  } else if (line.starts_with("debug1: SSH2_MSG_NEWKEYS received")) {
    reach(SshStage::key_accepted);
  } else if (line.starts_with("Authenticated to ")) {
    reach(SshStage::authenticated);
    lines_.clear();  // the bastion's banner; what follows is ssh's own
    return;
  }
  if (line.starts_with("debug2: ") && line.find(": open confirm") != std::string_view::npos) {
    reach(SshStage::channel_open);  // by LogVerbose
  } else if (line.starts_with("debug1: Server accepts key: ")) {
    key_unusable_ = true;  // unless the login follows
  } else if (line.starts_with("Authenticated using ")) {
    key_unusable_ = false;  // "with partial success"
  }
  if (line.empty() || line.starts_with("debug")) {
    return;
  }
  if (lines_.size() == max_lines) {
    // The cause stands last.
    lines_.erase(lines_.begin());
  }
  lines_.emplace_back(line.substr(0, max_line_bytes));
}

}  // namespace conncheck
