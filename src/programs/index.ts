/** Table of contents of the programs, by the name that a worker is sent. */
import { als } from './als/als.js';
import { expectedCounts } from './bayesian-network/expect.js';
import { familyCounts } from './bayesian-network/family-counts.js';
import { hillClimb } from './bayesian-network/hill-climb.js';
import { likeliestStates } from './bayesian-network/likeliest.js';
import { mutualInformation } from './bayesian-network/mutual-information.js';
import { queryNetwork } from './bayesian-network/query.js';
import { ease } from './ease/ease.js';
import { encode } from './encode.js';
import { factorize } from './factorization/factorize.js';
import { infer } from './infer.js';
import { limits } from './limits.js';
import { linear } from './linear/fit.js';
import { linearPredict } from './linear/predict.js';
import { moments } from './moments.js';
import { jointLikelihoods } from './naive-bayes/joint.js';
import { classStatistics } from './naive-bayes/statistics.js';
import { rankItems } from './neighbours/rank-items.js';
import { similarities } from './neighbours/similarities.js';
import { trainNetwork } from './network/train.js';
import { outputs } from './outputs.js';
import { predict } from './perceptron/predict.js';
import { train } from './perceptron/train.js';
import { permute } from './permute.js';
import type { ProgramTable } from './program.js';
import { scale } from './scale.js';
import { score } from './score.js';
import { skipGram } from './skip-gram/skip-gram.js';
import { classSums } from './sparse/class-sums.js';
import { sparseLinear } from './sparse/linear.js';
import { csrMultiply } from './sparse/multiply.js';
import { countTerms } from './text/count-terms.js';
import { top } from './top.js';
import { bin } from './trees/bin.js';
import { boost } from './trees/boost.js';

const table = {
  als,
  bin,
  boost,
  classStatistics,
  classSums,
  countTerms,
  csrMultiply,
  ease,
  encode,
  expectedCounts,
  factorize,
  familyCounts,
  hillClimb,
  infer,
  jointLikelihoods,
  likeliestStates,
  limits,
  linear,
  linearPredict,
  moments,
  mutualInformation,
  outputs,
  permute,
  predict,
  queryNetwork,
  rankItems,
  scale,
  score,
  similarities,
  skipGram,
  sparseLinear,
  top,
  train,
  trainNetwork,
};

export type ProgramName = keyof typeof table;
export type ProgramArgs<P extends ProgramName> = Parameters<(typeof table)[P]>[2];
export type ProgramResult<P extends ProgramName> = ReturnType<(typeof table)[P]>;

export const programs = table as unknown as ProgramTable;
