#include "agent/config/document.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <sstream>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "agent/config/wording.hpp"
#include "agent/config/yaml_wording.hpp"

namespace conncheck {
namespace {

/// yaml-cpp recurses once for each level; the deepest configuration needs seven.
constexpr std::size_t deepest_nesting = 32;
/// A configuration of this many values has outgrown one file; a value takes a hundred bytes.
constexpr std::size_t most_values = 1'000'000;
/// What all aliases together may add, in bytes.
constexpr std::size_t largest_growth = std::size_t{8} * 1024 * 1024;

/// Ends parsing from inside of yaml-cpp; caught in parse_document().
struct Stop {
  Place place;
  std::string message;
};

/// yaml-cpp counts bytes, people count characters.
class Lines {
 public:
  explicit Lines(std::string_view source) : source_(source), starts_{0} {
    for (std::size_t at = source.find('\n'); at != std::string_view::npos;
         at = source.find('\n', at + 1)) {
      starts_.push_back(at + 1);
    }
  }

  [[nodiscard]] std::size_t offset(const YAML::Mark& mark) const {
    const auto line =
        std::min<std::size_t>(static_cast<std::size_t>(std::max(mark.line, 0)), starts_.size() - 1);
    const auto column = static_cast<std::size_t>(std::max(mark.column, 0));
    return std::min(starts_[line] + column, source_.size());
  }

  [[nodiscard]] Place place(const YAML::Mark& mark) const {
    const std::size_t end = offset(mark);
    const auto line = static_cast<std::size_t>(
        std::upper_bound(starts_.begin(), starts_.end(), end) - starts_.begin());
    if (line != last_line_ || end < last_offset_) {
      last_line_ = line;
      last_offset_ = starts_[line - 1];
      last_column_ = 1;
    }
    const std::string_view between = source_.substr(last_offset_, end - last_offset_);
    last_column_ += std::count_if(between.begin(), between.end(), [](char c) {
      return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    });
    last_offset_ = end;
    return {static_cast<int>(line), static_cast<int>(last_column_)};
  }

 private:
  std::string_view source_;
  std::vector<std::size_t> starts_;
  // The last answer: counting goes on from there, as marks ascend and a line may have megabytes.
  mutable std::size_t last_line_ = 0;
  mutable std::size_t last_offset_ = 0;
  mutable std::ptrdiff_t last_column_ = 1;
};

/// Bytes, roughly, that a copy of `value` takes.
std::size_t size_of(const Value& value) {
  std::size_t size = sizeof(Value) + value.text.size();
  for (const Value& key : value.keys) {
    size += size_of(key);
  }
  for (const Value& item : value.items) {
    size += size_of(item);
  }
  return size;
}

/// The style's type is an enum of its own in newer versions of yaml-cpp, EmitterStyle::value in
/// older ones.
template <typename Function>
struct LastArgument;
template <typename Handler, typename Mark, typename Tag, typename Anchor, typename Last>
struct LastArgument<void (Handler::*)(Mark, Tag, Anchor, Last)> {
  using Type = Last;
};
using Style = LastArgument<decltype(&YAML::EventHandler::OnMapStart)>::Type;

/// Builds the tree from yaml-cpp's events. Its Node API would hide duplicate keys and aliases.
class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(std::string_view source, const Lines& lines, const std::string& file,
              std::vector<Diagnostic>& diagnostics)
      : source_(source), lines_(lines), file_(file), diagnostics_(diagnostics) {}

  [[nodiscard]] Value& root() { return root_; }

  /// Where the innermost list or mapping begins that was not closed yet.
  [[nodiscard]] std::optional<Place> innermost() const {
    return levels_.empty() ? std::nullopt : std::optional(levels_.back().value.place);
  }

  /// Where a quote opens that the document never closes: yaml-cpp takes the rest as the text.
  [[nodiscard]] std::optional<Place> unclosed_quote() const;

  void OnDocumentStart(const YAML::Mark& mark) override { root_.place = lines_.place(mark); }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add(Value{Value::Kind::none, lines_.place(mark), {}, {}, {}}, anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       Style /*style*/) override {
    open(Value::Kind::list, lines_.place(mark), tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  Style /*style*/) override {
    open(Value::Kind::mapping, lines_.place(mark), tag, anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Level {
    Value value;
    YAML::anchor_t anchor = 0;
  };

  void error(Place place, std::string message) {
    diagnostics_.push_back(
        {Origin{file_, place.line, place.column}, Diagnostic::Severity::error, std::move(message)});
  }
  void check_tag(Place place, const std::string& tag);
  [[nodiscard]] bool is_on_one_line(const YAML::Mark& mark, std::string_view plain_text) const;
  void open(Value::Kind kind, Place place, const std::string& tag, YAML::anchor_t anchor);
  void close();
  void add(Value value, YAML::anchor_t anchor);
  void grow(Place place, const Value& value);
  [[nodiscard]] Value without_bad_keys(Value mapping);

  std::string_view source_;
  const Lines& lines_;
  const std::string& file_;
  std::vector<Diagnostic>& diagnostics_;
  Value root_;
  std::vector<Level> levels_;
  std::map<YAML::anchor_t, Value> anchored_;
  std::size_t growth_ = 0;
  std::size_t values_ = 0;
  std::optional<YAML::Mark> last_scalar_;
};

void TreeBuilder::check_tag(Place place, const std::string& tag) {
  // "?" is plain and "!" quoted text. The tag is not repeated: an unquoted password can look so.
  if (!tag.empty() && tag != "?" && tag != "!" && tag != "tag:yaml.org,2002:str") {
    error(place, "text that begins with ! must be quoted (YAML takes it as a tag)");
  }
}

/// Joined lines are legal YAML, but here they mean that `password:x` lacks its blank.
bool TreeBuilder::is_on_one_line(const YAML::Mark& mark, std::string_view plain_text) const {
  std::size_t at = lines_.offset(mark);
  while (at < source_.size() && source_[at] == '&') {  // an anchor stands before the text
    at = source_.find_first_not_of(" \r\n", source_.find_first_of(" \r\n", at));
  }
  return at < source_.size() && source_.substr(at).starts_with(plain_text);
}

void TreeBuilder::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                           const std::string& value) {
  last_scalar_ = mark;
  const Place place = lines_.place(mark);
  check_tag(place, tag);
  if (tag == "?" && value.find(' ') != std::string::npos && !is_on_one_line(mark, value)) {
    error(place,
          "unquoted text goes on over several lines: write a blank after each key's colon, "
          "or quote the text");
  }
  add(Value{Value::Kind::text, place, value, {}, {}}, anchor);
}

void TreeBuilder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
  const Place place = lines_.place(mark);
  const auto found = anchored_.find(anchor);
  if (found == anchored_.end()) {
    throw Stop{place, "an alias stands inside of what it refers to: write the value out"};
  }
  grow(place, found->second);
  Value value = found->second;
  value.place = place;
  add(std::move(value), 0);
}

void TreeBuilder::open(Value::Kind kind, Place place, const std::string& tag,
                       YAML::anchor_t anchor) {
  check_tag(place, tag);
  if (levels_.size() == deepest_nesting) {
    throw Stop{place, fmt::format("more than {} lists and mappings stand inside of each other here",
                                  deepest_nesting)};
  }
  levels_.push_back({Value{kind, place, {}, {}, {}}, anchor});
}

void TreeBuilder::close() {
  Level level = std::move(levels_.back());
  levels_.pop_back();
  if (level.value.kind == Value::Kind::mapping) {
    level.value = without_bad_keys(std::move(level.value));
  }
  add(std::move(level.value), level.anchor);
}

void TreeBuilder::add(Value value, YAML::anchor_t anchor) {
  if (++values_ > most_values) {
    throw Stop{value.place,
               "there are more than a million values up to here: split the file into "
               "several files in a directory"};
  }
  if (anchor != 0) {
    grow(value.place, value);
    anchored_.insert_or_assign(anchor, value);
  }
  if (levels_.empty()) {
    root_ = std::move(value);
    return;
  }
  Value& parent = levels_.back().value;
  if (parent.kind == Value::Kind::mapping && parent.keys.size() == parent.items.size()) {
    parent.keys.push_back(std::move(value));
    return;
  }
  if (parent.kind == Value::Kind::mapping && value.kind == Value::Kind::none) {
    value.place = parent.keys.back().place;  // yaml-cpp gives the place of what follows
  }
  parent.items.push_back(std::move(value));
}

void TreeBuilder::grow(Place place, const Value& value) {
  growth_ += size_of(value);
  if (growth_ > largest_growth) {
    throw Stop{place, "the aliases up to here stand for too much: write the values out"};
  }
}

Value TreeBuilder::without_bad_keys(Value mapping) {
  Value result{Value::Kind::mapping, mapping.place, {}, {}, {}};
  std::unordered_map<std::string, int> lines;
  for (std::size_t i = 0; i < mapping.keys.size(); ++i) {
    Value& key = mapping.keys[i];
    Value& item = mapping.items[i];
    if (key.kind != Value::Kind::text) {
      error(key.place, "a key must be text");
      continue;
    }
    if (key.text == "<<") {
      error(key.place, "merge keys are not supported: write the keys out, or use `defaults`");
      continue;
    }
    const auto [first, is_new] = lines.emplace(key.text, key.place.line);
    if (!is_new) {
      const std::string name =
          is_showable_key(key, item) ? "key " + in_backquotes(key.text) : std::string("this key");
      error(key.place,
            fmt::format("{} is given already in line {}: keep one of them", name, first->second));
      continue;
    }
    result.keys.push_back(std::move(key));
    result.items.push_back(std::move(item));
  }
  return result;
}

std::optional<Place> TreeBuilder::unclosed_quote() const {
  if (!last_scalar_) {
    return std::nullopt;
  }
  const std::size_t begin = lines_.offset(*last_scalar_);
  const char quote = begin < source_.size() ? source_[begin] : ' ';
  if (quote != '"' && quote != '\'') {
    return std::nullopt;
  }
  for (std::size_t at = begin + 1; at < source_.size(); ++at) {
    if (source_[at] == '\\' && quote == '"') {
      ++at;
    } else if (source_[at] == quote) {
      if (quote != '\'' || at + 1 == source_.size() || source_[at + 1] != quote) {
        return std::nullopt;
      }
      ++at;
    }
  }
  return lines_.place(*last_scalar_);
}

/// yaml-cpp has no words of its own for a tab in most places.
bool is_indented_by_tab(std::string_view source, std::size_t at) {
  const std::size_t end_of_line_before =
      at == 0 ? std::string_view::npos : source.rfind('\n', at - 1);
  const std::size_t begin =
      end_of_line_before == std::string_view::npos ? 0 : end_of_line_before + 1;
  const std::size_t text = std::min(source.find_first_not_of(" \t", begin), source.size());
  return source.substr(begin, text - begin).find('\t') != std::string_view::npos;
}

Stop stop_for(const YAML::Exception& exception, std::string_view text, const Lines& lines,
              const TreeBuilder& builder) {
  const std::size_t at = lines.offset(exception.mark);
  if (is_indented_by_tab(text, at)) {
    return {lines.place(exception.mark), "not YAML: a tab cannot indent: use spaces"};
  }
  const bool is_at_end = text.find_first_not_of(" \r\n", at) == std::string_view::npos;
  const std::optional<Place> opening = is_at_end ? builder.innermost() : std::nullopt;
  return {opening.value_or(lines.place(exception.mark)), wording_of_yaml_error(exception.msg)};
}

void parse(std::istream& stream, TreeBuilder& builder, const Lines& lines, const std::string& file,
           std::vector<Diagnostic>& diagnostics) {
  YAML::Parser parser(stream);
  parser.HandleNextDocument(builder);
  if (const std::optional<Place> quote = builder.unclosed_quote()) {
    throw Stop{*quote, "not YAML: the quote that opens here is never closed"};
  }
  TreeBuilder second({}, lines, file, diagnostics);
  if (parser.HandleNextDocument(second)) {
    throw Stop{second.root().place,
               "a second document begins here: write each into a file of its own"};
  }
}

}  // namespace

std::optional<Value> parse_document(const std::string& source, const std::string& file,
                                    std::vector<Diagnostic>& diagnostics) {
  // Without a last end of line, yaml-cpp gives no place for a quote that is not closed.
  const std::string text = source + "\n";
  const Lines lines(text);
  TreeBuilder builder(text, lines, file, diagnostics);
  Stop stop;
  try {
    std::istringstream stream(text);
    parse(stream, builder, lines, file, diagnostics);
    return std::move(builder.root());
  } catch (const Stop& caught) {
    stop = caught;
  } catch (const YAML::Exception& exception) {
    stop = stop_for(exception, text, lines, builder);
    if (const std::optional<Place> quote = builder.unclosed_quote()) {
      stop = {*quote, "not YAML: the quote that opens here is never closed"};
    }
  }
  diagnostics.push_back({Origin{file, stop.place.line, stop.place.column},
                         Diagnostic::Severity::error, std::move(stop.message)});
  return std::nullopt;
}

}  // namespace conncheck
