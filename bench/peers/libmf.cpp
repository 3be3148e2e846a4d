// LIBMF (https://github.com/cjlin1/libmf) on the ratings of a file. Built by bench/peers/setup.mjs with -mavx -DUSEAVX:
//   libmf RATINGS TRAIN TEST RANK RATE LAMBDA ITERATIONS THREADS   →   {"seconds": …, "rmse": …}
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>
#include "mf.h"

int main(int, char** argument) {
  const long train = atol(argument[2]), test = atol(argument[3]), n = train + test;
  std::vector<int> users(n), items(n);
  std::vector<float> values(n);
  FILE* file = fopen(argument[1], "rb");
  if (!file || fread(users.data(), 4, n, file) + fread(items.data(), 4, n, file) + fread(values.data(), 4, n, file) != size_t(3 * n)) return 1;
  std::vector<mf::mf_node> nodes(train);
  mf::mf_problem problem{0, 0, train, nodes.data()};
  for (long t = 0; t < train; t++) {
    nodes[t] = {users[t], items[t], values[t]};
    problem.m = std::max(problem.m, users[t] + 1);
    problem.n = std::max(problem.n, items[t] + 1);
  }
  mf::mf_parameter parameter = mf::mf_get_default_param();
  parameter.k = atoi(argument[4]);
  parameter.eta = atof(argument[5]);
  parameter.lambda_p2 = parameter.lambda_q2 = atof(argument[6]);
  parameter.nr_iters = atoi(argument[7]);
  parameter.nr_threads = atoi(argument[8]);
  parameter.quiet = true;
  const auto start = std::chrono::steady_clock::now();
  mf::mf_model* model = mf::mf_train(&problem, parameter);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  double sum = 0;
  for (long t = train; t < n; t++) sum += std::pow(values[t] - mf::mf_predict(model, users[t], items[t]), 2);
  printf("{\"seconds\": %.6f, \"rmse\": %.6f}\n", seconds.count(), std::sqrt(sum / test));
}
