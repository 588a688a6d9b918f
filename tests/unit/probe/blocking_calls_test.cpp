#include "agent/probe/blocking_calls.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <future>
#include <set>
#include <thread>

namespace asio = boost::asio;

namespace conncheck {
namespace {

using namespace std::chrono_literals;

constexpr BlockingCalls::Limits one_at_once{1, 20ms, 4};

class BlockingCallsTest : public testing::Test {
 protected:
  asio::awaitable<void> wait_and_count(std::shared_ptr<BlockingCalls::Call> call) {
    co_await BlockingCalls::wait(std::move(call));
    ++ended_;
  }

  void expect_end_of(const std::shared_ptr<BlockingCalls::Call>& call) {
    asio::co_spawn(loop_, wait_and_count(call), asio::detached);
  }

  asio::io_context loop_;
  int ended_ = 0;
};

TEST_F(BlockingCallsTest, ResultIsThereWhenTheWaitEnds) {
  BlockingCalls calls(loop_.get_executor(), one_at_once);
  const auto result = std::make_shared<int>(0);
  const auto call = calls.start([result] { *result = 42; });
  expect_end_of(call);
  expect_end_of(call);
  loop_.run();
  EXPECT_EQ(ended_, 2);
  EXPECT_EQ(*result, 42);
  EXPECT_TRUE(BlockingCalls::has_ended(*call));
}

TEST_F(BlockingCallsTest, CallsShareOneThreadWhileTheyAreShort) {
  BlockingCalls calls(loop_.get_executor(), {1, 10s, 4});
  const auto threads = std::make_shared<std::set<std::thread::id>>();  // one thread, no mutex
  for (int i = 0; i < 100; ++i) {
    expect_end_of(calls.start([threads] { threads->insert(std::this_thread::get_id()); }));
  }
  loop_.run();
  EXPECT_EQ(ended_, 100);
  EXPECT_EQ(threads->size(), 1U);
}

TEST_F(BlockingCallsTest, OneThatIsStuckHoldsUpNoOther) {
  BlockingCalls calls(loop_.get_executor(), one_at_once);
  std::promise<void> release;
  const auto stuck = calls.start([released = release.get_future().share()] { released.wait(); });
  for (int i = 0; i < 3; ++i) {
    expect_end_of(calls.start([] {}));
  }
  loop_.run();
  EXPECT_EQ(ended_, 3);
  EXPECT_FALSE(BlockingCalls::has_ended(*stuck));
  EXPECT_EQ(calls.under_way(), 1);
  release.set_value();
  expect_end_of(stuck);
  loop_.restart();
  loop_.run();
  EXPECT_EQ(ended_, 4);
}

TEST_F(BlockingCallsTest, ThreadsAreBounded) {
  BlockingCalls calls(loop_.get_executor(), one_at_once);
  std::promise<void> release;
  const std::shared_future<void> released = release.get_future().share();
  const auto running = std::make_shared<std::atomic<int>>(0);
  for (int i = 0; i < 20; ++i) {
    expect_end_of(calls.start([released, running] {
      ++*running;
      released.wait();
    }));
  }
  loop_.run_for(300ms);
  EXPECT_EQ(*running, one_at_once.most_threads);
  release.set_value();
  loop_.run();
  EXPECT_EQ(ended_, 20);
}

TEST_F(BlockingCallsTest, WhatIsAbandonedBeforeItBeginsNeverDoes) {
  BlockingCalls calls(loop_.get_executor(), {1, 10s, 4});
  std::promise<void> release;
  std::promise<void> begun;
  expect_end_of(calls.start([released = release.get_future().share(), &begun] {
    begun.set_value();
    released.wait();
  }));
  begun.get_future().wait();
  const auto has_run = std::make_shared<std::atomic<bool>>(false);
  const auto waiting = calls.start([has_run] { *has_run = true; });
  EXPECT_TRUE(calls.abandon(waiting));
  release.set_value();
  expect_end_of(calls.start([] {}));
  loop_.run();
  EXPECT_EQ(ended_, 2);
  EXPECT_FALSE(*has_run);
}

TEST_F(BlockingCallsTest, TheCpuTimeOfOneThatComputesIsKnownWhileItDoes) {
  BlockingCalls calls(loop_.get_executor(), one_at_once);
  const auto stop = std::make_shared<std::atomic<bool>>(false);
  const auto computing = calls.start([stop] {
    while (!*stop) {
    }
  });
  const auto deadline = std::chrono::steady_clock::now() + 30s;
  while (calls.burned(*computing) < 30ms && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::yield();
  }
  EXPECT_GE(calls.burned(*computing), 30ms);
  EXPECT_FALSE(calls.abandon(computing));
  EXPECT_EQ(calls.left_behind(), 1);
  *stop = true;
  expect_end_of(computing);
  loop_.run();
  EXPECT_EQ(calls.left_behind(), 0);
  EXPECT_EQ(calls.burned(*computing), 0ns);
}

TEST_F(BlockingCallsTest, DoesNotWaitForCallsWhenItGoes) {
  std::promise<void> release;
  std::promise<void> gone;
  {
    BlockingCalls calls(loop_.get_executor(), one_at_once);
    calls.start([released = release.get_future().share(),
                 end = std::shared_ptr<void>(nullptr, [&gone](void*) { gone.set_value(); })] {
      released.wait();
    });
    while (calls.under_way() == 0) {
      std::this_thread::yield();
    }
  }
  release.set_value();
  gone.get_future().wait();
}

}  // namespace
}  // namespace conncheck
