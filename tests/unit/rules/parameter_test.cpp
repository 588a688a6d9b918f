#include "extension/rules/parameter.hpp"

#include <gtest/gtest.h>

namespace conncheck::rules {
namespace {

using enum ParameterContext;

TEST(ParameterTest, WhatIsTheUsersNeedsNoGrant) {
  EXPECT_TRUE(may_be_set_by_everybody(user));
  EXPECT_TRUE(may_be_set_by_everybody(backend));
  for (const ParameterContext context :
       {internal, postmaster, sighup, superuser_backend, superuser}) {
    EXPECT_FALSE(may_be_set_by_everybody(context));
  }
}

TEST(ParameterTest, WhatIsTheServersTakesNoSet) {
  for (const ParameterContext context : {internal, postmaster, sighup}) {
    EXPECT_FALSE(takes_set(context));
  }
  for (const ParameterContext context : {superuser_backend, backend, superuser, user}) {
    EXPECT_TRUE(takes_set(context));
  }
}

TEST(ParameterTest, AlterSystemWritesDownWhatMayStandInTheConfiguration) {
  EXPECT_TRUE(takes_alter_system({postmaster, true}));
  EXPECT_TRUE(takes_alter_system({user, true}));
  EXPECT_FALSE(takes_alter_system({postmaster, false}));
  EXPECT_FALSE(takes_alter_system({internal, true}));
}

}  // namespace
}  // namespace conncheck::rules
