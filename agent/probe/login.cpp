#include "agent/probe/login.hpp"

#include <algorithm>
#include <charconv>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "agent/core/connection.hpp"

namespace asio = boost::asio;

namespace conncheck {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

// What the try with TLS may take that tells whether a server demands it.
constexpr milliseconds most_for_inquiry{3000};
// libpq's own rule.
constexpr milliseconds least_connect_timeout{2000};

std::string value_of(const Parameters& parameters, const char* keyword) {
  const auto found = parameters.find(keyword);
  return found == parameters.end() ? std::string() : found->second;
}

bool is_socket(const Endpoint& endpoint) {
  return endpoint.address.empty() && !endpoint.needs_address();
}

bool demands_tls(const Parameters& parameters) {
  const std::string mode = value_of(parameters, "sslmode");
  return mode == "require" || mode.starts_with("verify-");
}

class Login {
 public:
  Login(PostgresLink& link, Resolver& resolver, LoginRequest request)
      : link_(link), resolver_(resolver), request_(std::move(request)) {}

  asio::awaitable<LoginResult> run() {
    std::optional<Failure> failure = co_await try_rounds();
    LoginResult result;
    result.failure = std::move(failure);
    result.tls_failure = std::move(tls_failure_);
    co_return result;
  }

 private:
  asio::awaitable<std::optional<Failure>> try_rounds() {
    std::vector<Endpoint> hosts = endpoints_of(request_.parameters);
    if (hosts.empty()) {
      hosts.push_back({"", "", value_of(request_.parameters, "port")});
    }
    std::string target = value_of(request_.parameters, "target_session_attrs");
    any_will_do_ = target == "prefer-standby";
    if (any_will_do_) {
      target = "standby";
    }
    std::optional<Failure> failure = co_await try_all(hosts, target);
    if (failure && any_will_do_ && leads_to_next_host(last_) && !no_standby_.empty()) {
      const std::vector<Endpoint> others = no_standby_;
      target = "any";
      std::optional<Failure> again = co_await try_all(others, target);
      failure = std::move(again);
    }
    co_return failure;
  }

  asio::awaitable<std::optional<Failure>> try_all(std::vector<Endpoint> hosts, std::string target) {
    std::vector<HostFailure> failures;
    no_standby_.clear();
    for (std::size_t i = 0; i < hosts.size(); ++i) {
      const std::size_t others = hosts.size() - i - 1;
      const std::vector<Endpoint> endpoints = co_await addresses_of(hosts[i], others, failures);
      if (any_will_do_ && hosts.size() == 1 && endpoints.size() == 1) {
        target = "any";  // there is no other
      }
      for (std::size_t j = 0; j < endpoints.size(); ++j) {
        const Endpoint& endpoint = endpoints[j];
        if (is_socket(endpoint) && demands_tls(request_.parameters)) {
          failures.push_back(left_out(endpoint));
          continue;
        }
        const std::optional<milliseconds> limit = time_for_login(endpoints.size() - j + others);
        const bool one_of_several = hosts.size() > 1 || endpoints.size() > 1;
        const std::optional<Failure> failure =
            co_await try_one(endpoint, target, limit, one_of_several);
        if (!failure) {
          co_return std::nullopt;
        }
        last_ = *failure;
        failures.push_back({request_.shown(endpoint), *failure});
        if (failure->code == FailureCode::target_session_mismatch) {
          no_standby_.push_back(endpoint);
        }
        if (!leads_to_next_host(*failure)) {
          co_return failure_of_hosts({failures.back()});
        }
      }
    }
    co_return failure_of_hosts(std::move(failures));
  }

  /// libpq would leave out TLS over a Unix socket, without a word.
  HostFailure left_out(const Endpoint& socket) const {
    const std::string sslmode = value_of(request_.parameters, "sslmode");
    return {request_.shown(socket), without_tls_failure(sslmode, true), false};
  }

  /// One for each address of a host, before `others` that are to have their turn. None: `failures`
  /// says why.
  asio::awaitable<std::vector<Endpoint>> addresses_of(const Endpoint& host, std::size_t others,
                                                      std::vector<HostFailure>& failures) {
    std::vector<Endpoint> found;
    if (!host.needs_address()) {
      found.push_back(host);
      co_return found;
    }
    request_.on_phase(Phase::resolve);
    const std::optional<milliseconds> limit = share(others + 1);
    const std::optional<Clock::time_point> end = expiry(limit);
    const Resolved resolved = co_await resolver_.resolve(host.host, end);
    for (const std::string& address : resolved.addresses) {
      found.push_back({host.host, address, host.port});
    }
    if (resolved.timed_out) {
      Attempt attempt = request_.attempt;
      attempt.host = host.host;
      failures.push_back(
          {display_host(host.host, host.port),
           timeout_failure(Phase::resolve, limit.value_or(milliseconds(0)), attempt)});
    } else if (found.empty()) {
      failures.push_back(
          {display_host(host.host, host.port), dns_failure(host.host, resolved.error)});
    }
    co_return found;
  }

  /// The time that the next of so many may take; nothing: all that is left.
  std::optional<milliseconds> share(std::size_t count) const {
    return count > 1 ? std::optional(request_.time_left() / static_cast<int>(count)) : std::nullopt;
  }

  std::optional<milliseconds> time_for_login(std::size_t hosts) const {
    std::optional<milliseconds> share = this->share(hosts);
    const std::string text = value_of(request_.parameters, "connect_timeout");
    int seconds = 0;
    std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (seconds > 0) {
      const milliseconds asked =
          std::max<milliseconds>(std::chrono::seconds(seconds), least_connect_timeout);
      share = share ? std::min(*share, asked) : asked;
    }
    return share;
  }

  asio::awaitable<std::optional<Failure>> try_one(const Endpoint& endpoint, std::string target,
                                                  std::optional<milliseconds> limit,
                                                  bool one_of_several) {
    Attempt attempt = request_.attempt;
    // No copy: with thousands that wait, this is what they would hold most of.
    Parameters& parameters = request_.parameters;
    set_endpoints({endpoint}, parameters);
    if (one_of_several) {
      attempt.host = is_socket(endpoint) ? endpoint.host : request_.shown(endpoint);
      attempt.port.clear();  // shown with the host
    }
    parameters["target_session_attrs"] = target;
    request_.on_phase(Phase::connect);
    std::vector<Failure> tries;
    const MayTryAgain note = [&](const FailedTry& failed) {
      tries.push_back(failure_of(failed, limit, attempt));
      const bool is_password_refused =
          failed.password_asked && tries.back().code == FailureCode::auth_failed;
      return !is_password_refused && may_try_again(tries.back(), parameters);
    };
    const std::optional<Clock::time_point> end = expiry(limit);
    const std::optional<FailedTry> failed =
        co_await link_.connect(parameters, request_.on_phase, note, end);
    if (!failed) {
      if (!tries.empty() && tries.back().phase == Phase::tls) {
        tls_failure_ = tries.back();
      }
      co_return std::nullopt;
    }
    tries.push_back(failure_of(*failed, limit, attempt));
    Failure cause = cause_among_tries(tries);
    if (cause.code == FailureCode::hba_rejected && !is_socket(endpoint) &&
        attempt.sslmode == "disable") {
      const bool takes_tls = co_await lets_in_with_tls(parameters, attempt);
      if (takes_tls) {
        co_return tls_required_failure(std::move(cause), attempt.sslmode);
      }
    }
    co_return cause;
  }

  static std::optional<Clock::time_point> expiry(std::optional<milliseconds> limit) {
    return limit ? std::optional(Clock::now() + *limit) : std::nullopt;
  }

  static Failure failure_of(const FailedTry& failed, std::optional<milliseconds> limit,
                            Attempt attempt) {
    if (failed.timed_out) {
      return timeout_failure(failed.phase, limit.value_or(milliseconds(0)), failed.burned, attempt);
    }
    attempt.encrypted = failed.encrypted;
    attempt.certificate_fault = failed.certificate_fault;
    return connection_failure(failed.phase, failed.message, attempt);
  }

  /// libpq's other try, with TLS or without. Whoever names a CA or a certificate list, or demands
  /// channel binding, does not want to go on without TLS where these have failed.
  static bool may_try_again(const Failure& failure, const Parameters& parameters) {
    const bool verification_asked =
        parameters.contains("sslrootcert") || parameters.contains("sslcrl") ||
        parameters.contains("sslcrldir") || value_of(parameters, "channel_binding") == "require";
    if (failure.phase == Phase::tls && verification_asked) {
      return false;
    }
    return may_depend_on_tls(failure);
  }

  /// Asks a server that has refused a try without TLS. No password is sent that is not in the
  /// environment: the question is whether it would be asked for.
  asio::awaitable<bool> lets_in_with_tls(Parameters parameters, Attempt attempt) {
    parameters["sslmode"] = "require";
    parameters["sslrootcert"] = "/dev/null/none";  // what is not there is not compared
    parameters["passfile"] = "/dev/null/none";
    for (const char* keyword : {"password", "channel_binding", "sslcrl", "sslcrldir"}) {
      parameters.erase(keyword);
    }
    const std::function<void(Phase)> ignore_phase = [](Phase) {};
    const MayTryAgain never = [](const FailedTry&) { return false; };
    const milliseconds limit = std::min(request_.time_left() / 2, most_for_inquiry);
    const std::optional<Clock::time_point> end = expiry(limit);
    const std::optional<FailedTry> failed =
        co_await link_.connect(parameters, ignore_phase, never, end);
    link_.close();
    if (!failed) {
      co_return true;
    }
    const Failure failure = failure_of(*failed, limit, attempt);
    co_return came_past_hba(&failure);
  }

  PostgresLink& link_;
  Resolver& resolver_;
  LoginRequest request_;
  bool any_will_do_ = false;          ///< a standby is wanted, and a primary is taken, too
  std::vector<Endpoint> no_standby_;  ///< of the last round, and could be reached
  Failure last_;
  std::optional<Failure> tls_failure_;
};

asio::awaitable<LoginResult> run(std::unique_ptr<Login> login) {
  LoginResult result = co_await login->run();
  co_return result;
}

}  // namespace

// No coroutine of its own: gcc 12 warns of the frame's allocation there.
asio::awaitable<LoginResult> log_in(PostgresLink& link, Resolver& resolver, LoginRequest request) {
  return run(std::make_unique<Login>(link, resolver, std::move(request)));
}

}  // namespace conncheck
