// A password from where the connection says it is.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>

#include "agent/core/connection.hpp"

namespace conncheck {

struct PasswordResult {
  std::optional<Secret> password;  ///< empty and no error: libpq's passfile may have it
  std::string error;               ///< what is wrong; never holds the password
  std::string hint;
};

/// Reads the password anew. Of a file or a command's output the first line counts.
boost::asio::awaitable<PasswordResult> read_password(boost::asio::any_io_executor executor,
                                                     const PasswordSource& source);

}  // namespace conncheck
