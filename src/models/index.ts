/**
 * Table of contents of the families of models. `families` is what fits, `readers` what an entry needs that does not: a bundle which takes
 * the second leaves the first behind.
 */
import { linear, read as readLinear } from './linear.js';
import type { Family, ModelReader } from './model.js';
import { perceptron, read as readPerceptron } from './perceptron.js';

export const readers: Record<string, ModelReader> = {
  linear: { read: readLinear },
  perceptron: { read: readPerceptron },
};

export const families: Record<string, Family> = {
  linear: linear as unknown as Family,
  perceptron: perceptron as unknown as Family,
};
