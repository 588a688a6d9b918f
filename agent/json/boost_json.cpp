// Boost.JSON, compiled here once: Debian's header package comes without the library.
#include <boost/json/src.hpp>
