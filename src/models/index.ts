/**
 * Table of contents of the families of models. `families` is what fits, `readers` what an entry needs that does not: a bundle which takes
 * the second leaves the first behind.
 */
import { forestReader } from './forest.js';
import { linear, linearReader } from './linear.js';
import type { Family, ModelReader } from './model.js';
import { perceptron, perceptronReader } from './perceptron.js';
import { trees } from './trees.js';

export const readers: Record<string, ModelReader> = {
  linear: linearReader,
  perceptron: perceptronReader,
  trees: forestReader,
};

export const families: Record<string, Family> = {
  linear: linear as unknown as Family,
  perceptron: perceptron as unknown as Family,
  trees: trees as unknown as Family,
};
