#include "agent/core/redact.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>

namespace conncheck {
namespace {

constexpr std::string_view mask = "***";
constexpr std::string_view blanks = " \t\r\n\f\v";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

int hex_digit(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  c = lower(c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/// Where `secret` ends if it begins at `at`, each of its bytes as it is or as %XX.
std::optional<std::size_t> end_of_secret(std::string_view text, std::size_t at,
                                         std::string_view secret) {
  for (const char c : secret) {
    if (at < text.size() && text[at] == c) {
      ++at;
    } else if (at + 2 < text.size() && text[at] == '%' && hex_digit(text[at + 1]) >= 0 &&
               hex_digit(text[at + 1]) * 16 + hex_digit(text[at + 2]) ==
                   static_cast<unsigned char>(c)) {
      at += 3;
    } else {
      return std::nullopt;
    }
  }
  return at;
}

std::string mask_secrets(std::string_view text, const std::vector<Secret>& secrets) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    for (const Secret& secret : secrets) {
      end = std::max(end, end_of_secret(text, at, secret.reveal()).value_or(at));
    }
    if (end > at) {
      result += mask;
      at = end;
    } else {
      result += text[at++];
    }
  }
  return result;
}

/// The end of a single-quoted value of a keyword string, its closing quote included.
std::size_t end_of_quoted(std::string_view text, std::size_t at) {
  for (++at; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '\'') {
      return at + 1;
    }
  }
  return text.size();
}

/// `password=…` (also as the end of a longer word): in a URI's query up to the next parameter,
/// else up to the next blank.
std::string mask_keywords(std::string_view text) {
  constexpr std::string_view keyword = "password";
  std::string result;
  std::size_t at = 0;
  while (at < text.size()) {
    const auto found =
        std::search(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(), keyword.begin(),
                    keyword.end(), [](char a, char b) { return lower(a) == b; });
    if (found == text.end()) {
      break;
    }
    const auto begin = static_cast<std::size_t>(found - text.begin());
    std::size_t value = text.find_first_not_of(blanks, begin + keyword.size());
    if (value == std::string_view::npos || text[value] != '=') {
      result += text.substr(at, begin + keyword.size() - at);
      at = begin + keyword.size();
      continue;
    }
    const std::size_t word = text.find_last_of("?& \t\r\n\"'", begin);
    const bool in_query =
        word != std::string_view::npos && (text[word] == '?' || text[word] == '&');
    value = in_query ? value + 1 : text.find_first_not_of(blanks, value + 1);
    value = std::min(value, text.size());
    result += text.substr(at, value - at);
    result += mask;
    if (!in_query && value < text.size() && text[value] == '\'') {
      at = end_of_quoted(text, value);
    } else {
      at = std::min(text.find_first_of(in_query ? "& \t\r\n\"" : blanks, value), text.size());
    }
  }
  return result.append(text.substr(std::min(at, text.size())));
}

/// `//user:password@`: up to the last @ of the word, for a password may hold @ and / itself.
std::string mask_userinfo(std::string_view text) {
  std::string result;
  std::size_t at = 0;
  for (;;) {
    const std::size_t slashes = text.find("//", at);
    if (slashes == std::string_view::npos) {
      return result.append(text.substr(at));
    }
    const std::string_view word =
        text.substr(0, std::min(text.find_first_of(" \t\r\n\f\v\"", slashes), text.size()));
    const std::size_t colon = word.find_first_of(":/?@", slashes + 2);
    const std::size_t host = word.rfind('@');
    if (colon == std::string_view::npos || word[colon] != ':' || host == std::string_view::npos ||
        host < colon) {
      result += text.substr(at, slashes + 2 - at);
      at = slashes + 2;
      continue;
    }
    result += text.substr(at, colon + 1 - at);
    result += mask;
    at = host;
  }
}

}  // namespace

std::string redact(std::string text, const std::vector<Secret>& secrets) {
  // The forms first: a secret such as "pass" would make their keywords unrecognizable.
  return mask_secrets(mask_userinfo(mask_keywords(text)), secrets);
}

}  // namespace conncheck
