/** Options of multi-layer perceptrons: scikit-learn's, with its defaults and ranges. */
import * as v from 'valibot';
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import { above, atLeast, type Entries, flag, oneOf, opaque, seed, share, whole } from '../options.js';
import { ACTIVATIONS, type Activation } from '../programs/perceptron/network.js';

export interface MLPOptions {
  /** default: the process-wide engine */
  engine?: Engine;
  /** units of each hidden layer; default [100] */
  hiddenLayerSizes?: number[];
  /** default 'relu' */
  activation?: Activation;
  /** default 'adam' */
  solver?: 'adam' | 'sgd';
  /** L2 penalty; default 1e-4 */
  alpha?: number;
  /** rows in a batch; default min(200, n) */
  batchSize?: number;
  /** of 'sgd'; default 'constant' */
  learningRate?: 'constant' | 'invscaling' | 'adaptive';
  /** default 1e-3 */
  learningRateInit?: number;
  /** exponent of 'invscaling'; default 0.5 */
  powerT?: number;
  /** epochs at most; default 200 */
  maxIter?: number;
  /** shuffle the rows before each epoch; default true */
  shuffle?: boolean;
  /** default 0 */
  seed?: number;
  /** the least improvement that counts; default 1e-4 */
  tol?: number;
  /** epochs without improvement after which training ends; default 10 */
  nIterNoChange?: number;
  /** of 'sgd'; default 0.9 */
  momentum?: number;
  /** of 'sgd'; default true */
  nesterovsMomentum?: boolean;
  /** hold rows out, stop when their score no longer improves, and keep the best weights; default false */
  earlyStopping?: boolean;
  /** share of the rows held out; default 0.1 */
  validationFraction?: number;
  /** of 'adam'; defaults 0.9, 0.999, 1e-8 */
  beta1?: number;
  beta2?: number;
  epsilon?: number;
  /** weights to start from, instead of random ones: coefs[layer][input][unit], intercepts[layer][unit] */
  initial?: { coefs: number[][][]; intercepts: number[][] };
}

/** The share of earlier steps that momentum or a moment keeps. */
const decay = v.pipe(v.number('from 0 to below 1'), v.minValue(0, 'from 0 to below 1'), v.ltValue(1, 'from 0 to below 1'));

export const MLP_OPTIONS = v.strictObject({
  engine: v.optional(opaque<Engine>()),
  hiddenLayerSizes: v.optional(v.array(whole(1), 'a list of whole numbers'), [100]),
  activation: v.optional(oneOf(...ACTIVATIONS), 'relu'),
  solver: v.optional(oneOf('adam', 'sgd'), 'adam'),
  alpha: v.optional(atLeast(0), 1e-4),
  batchSize: v.optional(whole(1)),
  learningRate: v.optional(oneOf('constant', 'invscaling', 'adaptive'), 'constant'),
  learningRateInit: v.optional(above(0), 1e-3),
  powerT: v.optional(atLeast(0), 0.5),
  maxIter: v.optional(whole(1), 200),
  shuffle: v.optional(flag, true),
  seed: v.optional(seed, 0),
  tol: v.optional(atLeast(0), 1e-4),
  nIterNoChange: v.optional(whole(1), 10),
  momentum: v.optional(decay, 0.9),
  nesterovsMomentum: v.optional(flag, true),
  earlyStopping: v.optional(flag, false),
  validationFraction: v.optional(share, 0.1),
  beta1: v.optional(decay, 0.9),
  beta2: v.optional(decay, 0.999),
  epsilon: v.optional(above(0), 1e-8),
  initial: v.optional(
    v.strictObject({ coefs: opaque<number[][][]>(), intercepts: opaque<number[][]>() }, 'coefs and intercepts of each layer'),
  ),
} satisfies Entries<MLPOptions>);

/** @throws CameoError 'argument' for initial weights of another shape than the network's, or not finite */
export function checkInitial({ coefs, intercepts }: NonNullable<MLPOptions['initial']>, sizes: readonly number[]): void {
  const list = (what: string, found: unknown, length: number, of: string) => {
    const text = Array.isArray(found) ? `${found.length}` : 'no list';
    if (text !== `${length}`) throw errors.shape(`Option 'initial': ${what}`, `${length} ${of}`, text);
  };
  const numbers = (what: string, found: readonly number[], units: number) => {
    list(what, found, units, 'numbers, one a unit');
    const bad = found.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw errors.option('initial', `finite numbers in ${what}`, found[bad]);
  };
  const layers = sizes.length - 1;
  list('coefs', coefs, layers, 'layers');
  list('intercepts', intercepts, layers, 'layers');
  for (let l = 0; l < layers; l++) {
    list(`coefs[${l}]`, coefs[l], sizes[l], 'inputs');
    for (let i = 0; i < sizes[l]; i++) numbers(`coefs[${l}][${i}]`, coefs[l][i], sizes[l + 1]);
    numbers(`intercepts[${l}]`, intercepts[l], sizes[l + 1]);
  }
}
