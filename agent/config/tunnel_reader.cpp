#include "agent/config/tunnel_reader.hpp"

#include <string_view>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "agent/config/parameters.hpp"
#include "agent/config/secret_source.hpp"

namespace conncheck {
namespace {

bool is_given(const PasswordSource& source) {
  return !std::holds_alternative<std::monostate>(source);
}

/// A name or an address; nothing that ssh or a shell would take for something else.
bool is_ssh_host(std::string_view text) {
  return !text.starts_with('-') &&
         text.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:%") ==
             std::string_view::npos;
}

/// As OpenSSH itself takes it on its command line.
bool is_ssh_user(std::string_view text) {
  return !text.starts_with('-') &&
         text.find_first_of(" \t\r\n'`\";&<>|(){}\\$") == std::string_view::npos;
}

void read_host(Reader& reader, const Value& value, Tunnel& tunnel) {
  auto text = reader.read_text(value, "`host`");
  if (text && !is_ssh_host(text->value)) {
    reader.error(value.place,
                 "`host` must be the SSH server's name or address, without user and port");
  } else if (text) {
    tunnel.host = std::move(text->value);
  }
}

void read_port(Reader& reader, const Value& value, Tunnel& tunnel) {
  auto text = reader.read_text(value, "`port`");
  if (text &&
      (mistake_in_parameter("port", text->value) || text->value.find(',') != std::string::npos)) {
    reader.error(value.place, "`port` must be a number from 1 to 65535" + Reader::but_not(*text));
  } else if (text) {
    tunnel.port = std::move(text->value);
  }
}

void read_user(Reader& reader, const Value& value, Tunnel& tunnel) {
  auto text = reader.read_text(value, "`user`");
  if (text && !is_ssh_user(text->value)) {
    reader.error(value.place,
                 "`user` must be a user's name at the SSH server, without blanks and characters "
                 "that mean something to a shell");
  } else if (text) {
    tunnel.user = std::move(text->value);
  }
}

void read_file(Reader& reader, const Value& value, std::string_view what, std::string& path) {
  const auto text = reader.read_text(value, what);
  if (text) {
    reader.check_readable(value.place, what, *text);
    path = reader.resolved_path(text->value);
  }
}

void read_secret(Reader& reader, const Value& value, std::string_view what,
                 PasswordSource& secret) {
  if (auto source = read_secret_source(reader, value, what)) {
    secret = std::move(*source);
  }
}

std::optional<Tunnel> read_no_tunnel(Reader& reader, const Value& value) {
  const auto text = reader.read_text(value, "`tunnel`");
  if (text && text->value != "none") {
    reader.error(value.place, "`tunnel` must be a mapping with the SSH server's `host`, or `none`" +
                                  Reader::but_not(*text));
  }
  return std::nullopt;
}

}  // namespace

std::optional<Tunnel> read_tunnel(Reader& reader, const Value& value) {
  if (value.kind == Value::Kind::text) {
    return read_no_tunnel(reader, value);
  }
  if (value.kind == Value::Kind::none) {
    reader.error(value.place, "`tunnel` has no value: write its keys, or none for no tunnel");
    return std::nullopt;
  }
  Tunnel tunnel;
  bool has_host = false;
  const std::vector<Key> keys = {
      {"host",
       [&](const Value& item) {
         has_host = true;
         read_host(reader, item, tunnel);
       }},
      {"port", [&](const Value& item) { read_port(reader, item, tunnel); }},
      {"user", [&](const Value& item) { read_user(reader, item, tunnel); }},
      {"identity_file",
       [&](const Value& item) {
         read_file(reader, item, "`identity_file`", tunnel.identity_file);
         if (!tunnel.identity_file.ends_with(".pub")) {  // which tells which of the agent's keys
           reader.check_not_exposed(item.place, "the identity file", tunnel.identity_file);
         }
       }},
      {"known_hosts",
       [&](const Value& item) { read_file(reader, item, "`known_hosts`", tunnel.known_hosts); }},
      {"agent",
       [&](const Value& item) {
         if (const auto text = reader.read_text(item, "`agent`")) {
           tunnel.agent = reader.resolved_path(text->value);
         }
       }},
      {"password",
       [&](const Value& item) { read_secret(reader, item, "`password`", tunnel.password); }},
      {"passphrase",
       [&](const Value& item) { read_secret(reader, item, "`passphrase`", tunnel.passphrase); }},
  };
  if (!reader.read_mapping(value, "`tunnel`", keys)) {
    return std::nullopt;
  }
  if (!has_host) {
    reader.error(value.place, "`tunnel` has no `host`: add the SSH server's name");
  }
  if (is_given(tunnel.passphrase) && tunnel.identity_file.empty()) {
    reader.error(value.place,
                 "`passphrase` opens an `identity_file`, and the tunnel has none: add it");
  }
  return tunnel;
}

}  // namespace conncheck
