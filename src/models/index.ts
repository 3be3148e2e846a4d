/**
 * Table of contents of the families of models. `families` is what fits, `readers` what an entry needs that does not: a bundle which takes
 * the second leaves the first behind.
 */
import type { Family, ModelReader } from './model.js';
import { perceptron, read as readPerceptron } from './perceptron.js';

export const readers: Record<string, ModelReader> = { perceptron: { read: readPerceptron } };

export const families: Record<string, Family> = { perceptron: perceptron as unknown as Family };
