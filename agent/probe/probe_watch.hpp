// How a probe tells, while it is under way, how it gets on.
#pragma once

#include "agent/core/report.hpp"

namespace conncheck {

/// All of it is called on the probe's loop. What is not overridden is not heard.
class ProbeWatch {
 public:
  ProbeWatch() = default;
  ProbeWatch(const ProbeWatch&) = delete;
  ProbeWatch& operator=(const ProbeWatch&) = delete;
  virtual ~ProbeWatch() = default;

  virtual void entered(Phase /*phase*/) {}
  virtual void waits() {}     ///< for its peer; nothing is computed until it has been heard
  virtual void is_heard() {}  ///< its wait has ended
};

}  // namespace conncheck
