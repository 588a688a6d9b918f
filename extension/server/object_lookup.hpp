// The object that a text names, as conncheck_objects prints it.
#pragma once

#include <string>
#include <vector>

#include "extension/server/object_catalog.hpp"

namespace conncheck::server {

/// A grantable object that outlives the catalog's row, its ACLs too.
class FoundObject {
 public:
  explicit FoundObject(const CatalogObject& object);
  FoundObject(FoundObject&&) = default;
  FoundObject& operator=(FoundObject&&) = default;
  FoundObject(const FoundObject&) = delete;

  /// Valid as long as *this.
  [[nodiscard]] const CatalogObject& object() const { return object_; }

 private:
  CatalogObject object_;
  std::vector<rules::AclItem> acl_;
  std::vector<rules::AclItem> relation_acl_;
};

/// `text` is `[type] identity`; without a type it names a relation. What is not qualified is looked
/// for on the search_path. Only the catalogs are read: USAGE on the schema is not asked for, and no
/// parser or cast sees the text. Raises undefined_table (42P01) for relations, undefined_object
/// (42704) for the rest, ambiguous_function (42725) for a routine without arguments of which there
/// are several.
[[nodiscard]] FoundObject find_object(const std::string& text);

}  // namespace conncheck::server
