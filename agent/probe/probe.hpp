// One connection, tested once: resolve, connect, log in, ask.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <vector>

#include "agent/core/connection.hpp"
#include "agent/core/observation.hpp"
#include "agent/probe/blocking_calls.hpp"
#include "agent/probe/probe_watch.hpp"
#include "agent/probe/resolver.hpp"

namespace conncheck {

struct ProbeOptions {
  bool use_extension = true;
  bool include_system = false;     ///< also relations of pg_catalog and information_schema
  bool include_invisible = false;  ///< also relations on which the role holds nothing
  std::vector<NamePattern> roles;  ///< audited besides the login
  std::optional<ExplanationQuestion> question = std::nullopt;  ///< asked instead of the permissions
  bool prove = false;         ///< ask the server itself by EXPLAIN; see proof_run.hpp
  bool prove_unsafe = false;  ///< also where planning runs others' functions with great power
};

/// What all probes of a process share.
struct ProbeResources {
  explicit ProbeResources(boost::asio::any_io_executor executor);

  Resolver resolver;
  BlockingCalls logins;
};

/// Starts a probe on `executor`, whose loop must be the resources'. `done` is called exactly once,
/// on the loop, at the latest when the connection's timeout has passed: with the facts, or with the
/// failure in them. Nothing of the probe stays behind then, but for a login that libpq computes
/// without end (`resources.logins.left_behind()`).
void start_probe(boost::asio::any_io_executor executor, ProbeResources& resources,
                 std::shared_ptr<const Connection> connection, ProbeOptions options,
                 std::shared_ptr<ProbeWatch> watch, std::function<void(Observation)> done);

}  // namespace conncheck
