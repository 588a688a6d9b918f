#include "agent/app/single_job.hpp"

#include <boost/asio/io_context.hpp>

#include "agent/workers/pool.hpp"

namespace conncheck {

Answer answer_to(const Job& job) {
  boost::asio::io_context loop;
  WorkerPool pool(loop.get_executor(), 1);
  Answer answer;
  pool.run(encode(job), [&](Answer made) {
    answer = std::move(made);
    loop.stop();
  });
  loop.run();
  return answer;
}

}  // namespace conncheck
