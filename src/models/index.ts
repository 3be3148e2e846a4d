/**
 * Table of contents of the families of models. `families` is what fits, `readers` what an entry needs that does not: a bundle which takes
 * the second leaves the first behind.
 */
import { bayesianNetwork } from './bayesian-network/family.js';
import { fittedNetworkReader } from './bayesian-network/fitted.js';
import { blend } from './blend.js';
import { blendReader } from './blended.js';
import { forestReader } from './forest.js';
import { linear, linearReader } from './linear.js';
import type { Family, ModelReader } from './model.js';
import { naiveBayes } from './naive-bayes.js';
import { naiveBayesReader } from './naive-bayes-model.js';
import { network } from './network.js';
import { networkReader } from './network-model.js';
import { perceptron, perceptronReader } from './perceptron.js';
import { trees } from './trees.js';

export const readers: Record<string, ModelReader> = {
  'bayesian-network': fittedNetworkReader,
  blend: blendReader,
  linear: linearReader,
  'naive-bayes': naiveBayesReader,
  network: networkReader,
  perceptron: perceptronReader,
  trees: forestReader,
};

export const families: Record<string, Family> = {
  'bayesian-network': bayesianNetwork as unknown as Family,
  blend: blend as unknown as Family,
  linear: linear as unknown as Family,
  'naive-bayes': naiveBayes as unknown as Family,
  network: network as unknown as Family,
  perceptron: perceptron as unknown as Family,
  trees: trees as unknown as Family,
};
