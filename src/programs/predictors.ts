/** Table of contents of the predictors: what a fitted model of each family is inside a worker. */
import { bayesianNetwork } from './bayesian-network/predictor.js';
import { blendOf } from './blend/predictor.js';
import { linear } from './linear/predictor.js';
import { naiveBayes } from './naive-bayes/predictor.js';
import { network } from './network/predictor.js';
import { perceptron } from './perceptron/predictor.js';
import type { PredictorKind } from './predictor.js';
import { trees } from './trees/predictor.js';

/** By the `kind` of their plans. */
export const predictors: Record<string, PredictorKind> = {
  'bayesian-network': bayesianNetwork as PredictorKind,
  linear: linear as PredictorKind,
  'naive-bayes': naiveBayes as PredictorKind,
  network: network as PredictorKind,
  perceptron: perceptron as PredictorKind,
  trees: trees as PredictorKind,
};
predictors.blend = blendOf(predictors) as PredictorKind;
