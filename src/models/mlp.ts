/**
 * Multi-layer perceptrons with the options, defaults and stopping rules of scikit-learn's MLPClassifier and
 * MLPRegressor. Weights start uniform within ±√(f / (inputs + units)), f = 6, or 2 for the logistic activation
 * (Glorot and Bengio, 2010).
 */
import { defaultEngine } from '../engine/default.js';
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import { argmax } from '../math.js';
import { evaluateRegression } from '../metrics/regression.js';
import { checked } from '../options.js';
import { type Network, type Output, packedIndex, parametersOf } from '../programs/perceptron/network.js';
import { predictScratch } from '../programs/perceptron/predict.js';
import { trainScratch } from '../programs/perceptron/train.js';
import type { TrainOptions, TrainResult } from '../programs/perceptron/training-state.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import type { Matrix } from '../table/matrix.js';
import { ResidentMatrix, Tile } from '../wasm/resident.js';
import { checkInitial, MLP_OPTIONS, type MLPOptions } from './mlp-options.js';

export type { MLPOptions };

import { refuseNonFinite, toTile } from './rows.js';

/** Rows in a shard of prediction. */
const SHARD = 32768;

/** Columns anywhere, or rows that stand encoded in the engine's memory. */
type Input = Matrix | ResidentMatrix | Tile;

abstract class MLP {
  /** Mean loss of each epoch. */
  lossCurve: number[] = [];
  /** Score on the held-out rows after each epoch; empty without early stopping. */
  validationScores: number[] = [];
  /** Why training ended. */
  stopped: TrainResult['stopped'] | undefined;
  /** The packed parameters of the fitted network (programs/perceptron/network.ts): a view. */
  parameters = new Float32Array(0);
  /** The shape of the fitted network. */
  network: Network | undefined;

  constructor(protected readonly options: MLPOptions = {}) {}

  /** Epochs done. */
  get nIter(): number {
    return this.lossCurve.length;
  }

  /** Weights of each layer, [layer][input][unit]. A copy. */
  get coefs(): number[][][] {
    const { sizes } = this.fitted();
    const { weights } = parametersOf(sizes);
    return weights.map((at, l) =>
      Array.from({ length: sizes[l] }, (_, i) =>
        Array.from({ length: sizes[l + 1] }, (_, j) => this.parameters[at + packedIndex(i, j, sizes[l], sizes[l + 1])]),
      ),
    );
  }

  /** Biases of each layer, [layer][unit]. A copy. */
  get intercepts(): number[][] {
    const { sizes } = this.fitted();
    return parametersOf(sizes).biases.map((at, l) => [...this.parameters.subarray(at, at + sizes[l + 1])]);
  }

  protected fitted(): Network {
    if (!this.network) throw errors.notFitted(this.constructor.name);
    return this.network;
  }

  protected async engine(): Promise<Engine> {
    return this.options.engine ?? (await defaultEngine());
  }

  /** Trains from scratch. `y` holds f32 targets, or i32 labels for softmax. */
  protected async train(x: Input, y: Float32Array | Int32Array, outputs: number, output: Output, run: RunOptions) {
    const {
      engine: _,
      initial: start,
      hiddenLayerSizes,
      activation,
      earlyStopping,
      validationFraction,
      ...o
    } = checked(MLP_OPTIONS, this.options);
    if (x.rows === 0) throw errors.tableEmpty('The training matrix');
    if (earlyStopping && x.rows < 10) throw errors.tooFewRows('Early stopping', x.rows, 10);
    if (y.length !== x.rows) throw errors.shape('Targets', `${x.rows}`, `${y.length}`);
    const network: Network = { sizes: [x.columns, ...hiddenLayerSizes, outputs], activation, output };
    const { sizes } = network;
    if (start) checkInitial(start, sizes);
    const engine = await this.engine();
    const { kernels } = engine;
    const { length } = parametersOf(sizes);
    const held = earlyStopping ? Math.max(1, Math.round(x.rows * validationFraction)) : 0;
    const trainRows = x.rows - held;
    const options: TrainOptions = { ...o, batchSize: Math.min(o.batchSize ?? 200, trainRows) };
    using copy = x instanceof Tile ? undefined : toTile(engine, x);
    const tile = x instanceof Tile ? x : (copy as Tile);
    using targets = engine.allocate(x.rows * 4);
    using index = engine.allocate(x.rows * 4);
    using parameters = engine.allocate(length * 4);
    using initial = engine.allocate(length * 4);
    using random = engine.allocate(16);
    const args = {
      network,
      options,
      x: tile.address(),
      y: targets.offset,
      train: index.offset + held * 4,
      trainRows,
      validation: index.offset,
      validationRows: held,
      initial: initial.offset,
      parameters: parameters.offset,
    };
    using scratch = engine.allocate(trainScratch(kernels, args));

    refuseNonFinite(engine, tile);
    engine.i32(targets.offset, x.rows).set(new Int32Array(y.buffer, y.byteOffset, y.length));
    const order = engine.i32(index.offset, x.rows).map((_, i) => i);
    engine.i32(index.offset, x.rows).set(order);
    // Stream 0 of the seed decides which rows are held out; streams 1, 2, … shuffle the epochs.
    if (held) kernels.random_shuffle(index.offset, random.offset, x.rows, o.seed, 0);
    this.#initialize(engine, network, initial.offset, o.seed, start);

    const result = await engine.run('train', { ...args, scratch: scratch.offset }, run);
    this.parameters = engine.f32(parameters.offset, length).slice();
    this.network = network;
    Object.assign(this, result);
  }

  /** Outputs [rows, outputs], row-major. */
  protected async infer(x: Matrix | ResidentMatrix, run: RunOptions): Promise<Float32Array> {
    const network = this.fitted();
    if (x.columns !== network.sizes[0]) throw errors.shape('Matrix columns', `${network.sizes[0]}`, `${x.columns}`);
    const engine = await this.engine();
    const outputs = network.sizes.at(-1) as number;
    using parameters = engine.allocate(this.parameters.length * 4);
    engine.f32(parameters.offset, this.parameters.length).set(this.parameters);
    const pitch = SHARD * 4 + 64;
    const outBytes = SHARD * outputs * 4 + 64;
    const scratchBytes = predictScratch(engine.kernels, network);
    const copied = x instanceof ResidentMatrix ? 0 : x.columns * pitch;
    const firsts = Array.from({ length: Math.ceil(x.rows / SHARD) }, (_, i) => i * SHARD);
    const results = engine.map(
      'predict',
      firsts,
      (first, slot) => {
        const rows = Math.min(SHARD, x.rows - first);
        const columns = Array.from({ length: x.columns }, (_, j) => {
          if (x instanceof ResidentMatrix) return x.address(j) + first * 4;
          const at = slot + outBytes + scratchBytes + j * pitch;
          engine.f32(at, rows).set(x.column(j).subarray(first, first + rows));
          return at;
        });
        return { network, parameters: parameters.offset, columns, rows, out: slot, scratch: slot + outBytes };
      },
      { ...run, slotBytes: outBytes + scratchBytes + copied },
    );
    const all = new Float32Array(x.rows * outputs);
    let first = 0;
    for await (const { slot } of results) {
      const rows = Math.min(SHARD, x.rows - first);
      all.set(engine.f32(slot, rows * outputs), first * outputs);
      first += SHARD;
    }
    return all;
  }

  #initialize(engine: Engine, { sizes, activation }: Network, at: number, seed: number, initial: MLPOptions['initial']) {
    const { weights, biases, length } = parametersOf(sizes);
    using numbers = engine.allocate(Math.max(...sizes.slice(1).map((u, l) => (sizes[l] + 1) * u)) * 4 + 16);
    const values = engine.f32(at, length).fill(0);
    for (let l = 0; l + 1 < sizes.length; l++) {
      const [inputs, units] = [sizes[l], sizes[l + 1]];
      const bound = Math.sqrt((activation === 'logistic' ? 2 : 6) / (inputs + units));
      const n = (inputs + 1) * units;
      // The high half of the stream numbers belongs to initial weights, one stream a layer.
      engine.kernels.random_uniform(numbers.offset, n, -bound, 2 * bound, seed, 0x80000000 + l);
      const drawn = engine.f32(numbers.offset, n);
      for (let j = 0; j < units; j++) {
        for (let i = 0; i < inputs; i++) {
          values[weights[l] + packedIndex(i, j, inputs, units)] = initial?.coefs[l][i][j] ?? drawn[i * units + j];
        }
        values[biases[l] + j] = initial?.intercepts[l][j] ?? drawn[inputs * units + j];
      }
    }
  }
}

export class MLPClassifier extends MLP {
  /** The classes, ascending, in the order of predictProba's columns. */
  classes: number[] = [];

  /**
   * @param x features without NaN
   * @param y a class (any number) per row
   * @throws CameoError 'argument' for wrong options, 'data' for NaN, infinity or a single class, 'diverged' when the loss is no longer finite
   */
  async fit(x: Input, y: ArrayLike<number>, run: RunOptions = {}): Promise<this> {
    const classes = [...new Set(Array.from(y))].sort((a, b) => a - b);
    if (classes.length < 2) throw errors.targetClasses('y', classes.length);
    const code = new Map(classes.map((value, i) => [value, i]));
    const labels = Array.from(y, (value) => code.get(value) as number);
    if (classes.length === 2) await this.train(x, Float32Array.from(labels), 1, 'logistic', run);
    else await this.train(x, Int32Array.from(labels), classes.length, 'softmax', run);
    this.classes = classes;
    return this;
  }

  /** Probabilities f32[rows, classes], row-major; a copy. */
  async predictProba(x: Matrix | ResidentMatrix, run: RunOptions = {}): Promise<Float32Array> {
    const p = await this.infer(x, run);
    if (this.classes.length > 2) return p;
    const both = new Float32Array(2 * p.length);
    for (let i = 0; i < p.length; i++) {
      both[2 * i] = 1 - p[i];
      both[2 * i + 1] = p[i];
    }
    return both;
  }

  /** The likeliest class of each row; a copy. */
  async predict(x: Matrix | ResidentMatrix, run: RunOptions = {}): Promise<Float64Array> {
    const p = await this.infer(x, run);
    const k = this.classes.length;
    if (k === 2) return Float64Array.from(p, (v) => this.classes[Number(v > 0.5)]);
    return Float64Array.from({ length: x.rows }, (_, r) => this.classes[argmax(p, r * k, k)]);
  }

  /** Accuracy. */
  async score(x: Matrix | ResidentMatrix, y: ArrayLike<number>): Promise<number> {
    const predicted = await this.predict(x);
    return predicted.reduce((sum, v, i) => sum + Number(v === y[i]), 0) / predicted.length;
  }
}

export class MLPRegressor extends MLP {
  /** As MLPClassifier.fit, with a number per row. */
  async fit(x: Input, y: ArrayLike<number>, run: RunOptions = {}): Promise<this> {
    const targets = Float32Array.from(y);
    const bad = targets.findIndex((v) => !Number.isFinite(v));
    if (bad >= 0) throw errors.nonFinite('The target', bad, 0);
    await this.train(x, targets, 1, 'identity', run);
    return this;
  }

  /** The predicted number of each row; a copy. */
  predict(x: Matrix | ResidentMatrix, run: RunOptions = {}): Promise<Float32Array> {
    return this.infer(x, run);
  }

  /** The coefficient of determination R², see metrics/regression.ts. */
  async score(x: Matrix | ResidentMatrix, y: ArrayLike<number>): Promise<number> {
    return evaluateRegression(y, await this.predict(x)).r2;
  }
}
