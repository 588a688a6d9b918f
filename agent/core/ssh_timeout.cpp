// The deadline passed while ssh was at work: by how far it had come.
#include <fmt/format.h>

#include <utility>

#include "agent/core/duration.hpp"
#include "agent/core/ssh_log.hpp"

namespace conncheck {
namespace {

Failure login_timeout(std::string message, std::string hint) {
  return {FailureCode::timeout, Phase::tunnel, std::nullopt, std::move(message), std::move(hint)};
}

}  // namespace

Failure tunnel_timeout_failure(const SshLog& log, const Tunnel& tunnel,
                               std::chrono::milliseconds timeout) {
  const std::string bastion = fmt::format("{}:{}", tunnel.host, tunnel.port);
  const std::string limit = format_duration(timeout);
  switch (log.stage()) {
    case SshStage::started:
      return login_timeout(
          fmt::format("no answer from the bastion {} within {}", bastion, limit),
          "a firewall may drop the packets, or a name server does not answer: check "
          "`host` and `port` of the tunnel");
    case SshStage::reached:
      return login_timeout(
          fmt::format("the bastion {} takes the connection, but says nothing within {}", bastion,
                      limit),
          "is it an SSH server that listens there? One under load may need a longer `timeout`");
    default:
      return login_timeout(
          fmt::format("the bastion {} did not end its login within {}", bastion, limit),
          "the bastion is slow (it may look this machine's name up: UseDNS): see its log, or raise "
          "`timeout`");
  }
}

Failure beyond_tunnel_timeout_failure(const Tunnel& tunnel, std::string_view target,
                                      std::chrono::milliseconds timeout) {
  return {
      FailureCode::timeout, Phase::connect, std::nullopt,
      fmt::format("no answer from {} by way of the bastion {} within {}", target,
                  display_bastion(tunnel), format_duration(timeout)),
      "a firewall between the bastion and the database may drop the packets, or the server does "
      "not answer"};
}

}  // namespace conncheck
