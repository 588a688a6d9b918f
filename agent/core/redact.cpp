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

/// What stands before a word. Places must ascend: a server's text may have megabytes, and is looked
/// through once.
class WordBegin {
 public:
  explicit WordBegin(std::string_view text) : text_(text) {}

  /// The last character up to `place` that is no part of a word; a blank if there is none.
  char before(std::size_t place) {
    const std::string_view further = text_.substr(seen_, place + 1 - seen_);
    const std::size_t found = further.find_last_of("?& \t\r\n\"'");
    before_ = found == std::string_view::npos ? before_ : further[found];
    seen_ = place + 1;
    return before_;
  }

 private:
  std::string_view text_;
  std::size_t seen_ = 0;
  char before_ = ' ';
};

/// `password=…` (also as the end of a longer word): in a URI's query up to the next parameter,
/// else up to the next blank.
std::string mask_keywords(std::string_view text) {
  constexpr std::string_view keyword = "password";
  std::string result;
  std::size_t at = 0;
  WordBegin word(text);
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
    const char before = word.before(begin);
    const bool in_query = before == '?' || before == '&';
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

std::string mask_userinfo_of_word(std::string_view word) {
  const std::size_t host = word.rfind('@');
  std::string result;
  std::size_t at = 0;
  for (;;) {
    const std::size_t slashes = word.find("//", at);
    if (slashes == std::string_view::npos || host == std::string_view::npos) {
      return result.append(word.substr(at));
    }
    const std::size_t colon = std::min(word.find_first_of(":/?@", slashes + 2), word.size());
    if (colon < host && word[colon] == ':') {
      return result.append(word.substr(at, colon + 1 - at)).append(mask).append(word.substr(host));
    }
    result += word.substr(at, slashes + 2 - at);
    at = slashes + 2;
  }
}

/// `//user:password@`: up to the last @ of the word, for a password may hold @ and / itself.
std::string mask_userinfo(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(" \t\r\n\f\v\""), text.size());
    result += mask_userinfo_of_word(text.substr(0, end));
    result += text.substr(end, 1);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return result;
}

}  // namespace

std::string redact(std::string text, const std::vector<Secret>& secrets) {
  // The forms first: a secret such as "pass" would make their keywords unrecognizable.
  return mask_secrets(mask_userinfo(mask_keywords(text)), secrets);
}

}  // namespace conncheck
