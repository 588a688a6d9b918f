#include "agent/probe/tunnel_command.hpp"

#include <unistd.h>

#include <array>
#include <climits>
#include <cstdlib>
#include <string_view>
#include <variant>

#include "agent/probe/tunnel_askpass.hpp"

namespace conncheck {
namespace {

/// As a value of ssh's options: quoted, and with nothing for ssh to expand.
std::string option_path(const std::string& path) {
  std::string text = "\"";
  for (const char c : path) {
    if (c == '"' || c == '\\') {
      text += '\\';
    }
    text += c;
    if (c == '%') {
      text += '%';
    }
  }
  return text + "\"";
}

bool is_given(const PasswordSource& source) {
  return !std::holds_alternative<std::monostate>(source);
}

/// This program's file, for ssh to start. After an upgrade it is the new one.
std::string own_path() {
  std::array<char, PATH_MAX> buffer{};
  const ssize_t length = readlink("/proc/self/exe", buffer.data(), buffer.size());
  std::string path(buffer.data(), length > 0 ? static_cast<std::size_t>(length) : 0);
  static constexpr std::string_view mark = " (deleted)";
  if (path.ends_with(mark)) {
    path.resize(path.size() - mark.size());
  }
  return path;
}

/// Only what ssh needs: a password that is in our environment is none of its business.
std::vector<std::string> ssh_environment(bool with_askpass) {
  std::vector<std::string> environment;
  for (const char* name : {"HOME", "USER", "LOGNAME", "PATH", "SSH_AUTH_SOCK", "SSH_SK_HELPER",
                           "SSH_SK_PROVIDER", "XDG_RUNTIME_DIR", "LD_LIBRARY_PATH", "TMPDIR"}) {
    if (const char* value = std::getenv(name)) {
      environment.push_back(std::string(name) + "=" + value);
    }
  }
  if (with_askpass) {
    environment.push_back("SSH_ASKPASS=" + own_path());
    environment.emplace_back("SSH_ASKPASS_REQUIRE=force");
    environment.push_back(std::string(askpass_variable) + "=1");
  }
  return environment;
}

void add_login(const Tunnel& tunnel, std::vector<std::string>& options) {
  const bool has_password = is_given(tunnel.password);
  // A password alone means just that: an agent's keys would be offered first, and a bastion ends
  // the connection after a few that it does not know.
  const bool keys = !has_password || !tunnel.identity_file.empty() || !tunnel.agent.empty();
  std::string methods = keys ? "publickey" : "";
  if (has_password) {
    methods += keys ? ",password,keyboard-interactive" : "password,keyboard-interactive";
  }
  options.push_back("PreferredAuthentications=" + methods);
  options.emplace_back(keys ? "PubkeyAuthentication=yes" : "PubkeyAuthentication=no");
  if (!tunnel.identity_file.empty()) {
    options.push_back("IdentityFile=" + option_path(tunnel.identity_file));
    options.emplace_back("IdentitiesOnly=yes");
  }
  options.push_back("IdentityAgent=" + (tunnel.agent.empty() ? std::string("SSH_AUTH_SOCK")
                                                             : option_path(tunnel.agent)));
}

}  // namespace

ChildStart ssh_command(const Tunnel& tunnel, const std::string& target, bool with_askpass,
                       std::chrono::milliseconds time_left) {
  // A little more than the check has, so that it is the check's deadline that ends it, with ours
  // instead of ssh's words; but not for ever, should nobody be left to end it.
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(time_left).count() + 5;
  std::vector<std::string> options = {
      // LogLevel tells how far it has come, and the fingerprint of an unknown host key.
      "LogLevel=DEBUG1",
      // Tells when the bastion has connected.
      "LogVerbose=channels.c:channel_input_open_confirmation():*",
      "StrictHostKeyChecking=yes",
      "UpdateHostKeys=no",
      "NumberOfPasswordPrompts=1",
      "ConnectionAttempts=1",
      "ConnectTimeout=" + std::to_string(seconds),
      "ServerAliveInterval=5",
      "ServerAliveCountMax=3",
      "ExitOnForwardFailure=yes",
      "ControlMaster=no",
      "ControlPath=none",
      "ForwardAgent=no",
      "ForwardX11=no",
      "AddKeysToAgent=no",
      "PermitLocalCommand=no",
      "RequestTTY=no",
  };
  options.emplace_back(with_askpass ? "BatchMode=no" : "BatchMode=yes");
  if (!tunnel.known_hosts.empty()) {
    options.push_back("UserKnownHostsFile=" + option_path(tunnel.known_hosts));
  }
  add_login(tunnel, options);

  ChildStart what;
  what.argv = {"ssh", "-F", "none"};
  for (std::string& option : options) {
    what.argv.emplace_back("-o");
    what.argv.push_back(std::move(option));
  }
  what.argv.insert(what.argv.end(), {"-p", tunnel.port});
  if (!tunnel.user.empty()) {
    what.argv.insert(what.argv.end(), {"-l", tunnel.user});
  }
  what.argv.insert(what.argv.end(), {"-W", target, "--", tunnel.host});
  what.environment = ssh_environment(with_askpass);
  what.without_terminal = true;
  return what;
}

}  // namespace conncheck
