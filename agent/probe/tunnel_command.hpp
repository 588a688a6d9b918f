// The command line and the environment of the ssh that carries one connection.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "agent/core/connection.hpp"
#include "agent/probe/child_process.hpp"

namespace conncheck {

/// `ssh -W target`: a channel between its standard input and output and `target` ("host:port", as
/// the bastion sees it). What it does depends on `tunnel` alone, not on anybody's ssh_config. No
/// secret is in it: `with_askpass` lets ssh ask this program (see tunnel_askpass.hpp).
[[nodiscard]] ChildStart ssh_command(const Tunnel& tunnel, const std::string& target,
                                     bool with_askpass, std::chrono::milliseconds time_left);

}  // namespace conncheck
