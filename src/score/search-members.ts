/**
 * A search for members of the blend: for each family that has options to look for (`sought` of models/blend-members.ts) a fixed number of
 * them is tried on folds of the training rows, as `cameo tune` does it (tune/search.ts). What is better than the default member by more than
 * chance becomes a further candidate beside it, and the blend's own folds, which are others, say what it weighs.
 */
import type { Engine } from '../engine/engine.js';
import type { BlendOptions } from '../models/blend.js';
import { MEMBERS, optionsOf } from '../models/blend-members.js';
import { learnWithout, Parts, roomOf, widthOf } from '../models/blend-parts.js';
import { type HeldOut, meanLoss } from '../models/blend-weights.js';
import { heldOut } from '../models/folds.js';
import type { Examples } from '../models/model.js';
import { type RunOptions, throwIfAborted } from '../scheduler/scheduler.js';
import { search } from './tune/search.js';
import { dimensionsOf, standardConfig, valueAt } from './tune/space.js';
import type { Subject } from './tune/trial.js';

/** Rows below which nothing is told apart. */
const LEAST_ROWS = 200;
/** Folds that trials are compared on, dealt by a seed of their own. */
const FOLDS = 5;
const OTHER_FOLDS = 104_729;

/**
 * Options of the blend with what was found.
 * @param trials of each family
 * @throws CameoError as the members' families; 'aborted'
 */
export async function searchMembers(
  engine: Engine,
  examples: Examples,
  { options, trials }: { options: BlendOptions; trials: number },
  { signal, onProgress }: RunOptions,
): Promise<BlendOptions> {
  const { x, task, outputs, y, weights } = examples;
  if (x.rows < LEAST_ROWS) return options;
  const names = options.families.filter((name) => MEMBERS[name].sought);
  const folds = heldOut(task, y, { nSplits: FOLDS, seed: (options.seed + OTHER_FOLDS) >>> 0 });
  const truths = folds.map(
    (held): HeldOut => ({
      task,
      outputs,
      y: Float64Array.from(held, (r) => y[r]),
      weights: weights && Float32Array.from(held, (r) => weights[r]),
    }),
  );
  using parts = new Parts(engine, examples);
  const members: BlendOptions['members'] = {};
  for (const [n, name] of names.entries()) {
    const member = MEMBERS[name];
    const dimensions = dimensionsOf(member.family.options).filter((dimension) => member.sought?.includes(dimension.name));
    // The most that can be tried takes the most room.
    const most = Object.fromEntries(dimensions.map((dimension) => [dimension.name, valueAt(dimension, 1)]));
    const largest = { ...member, options: { ...member.options, ...most } };
    const space = { families: { [name]: dimensions }, shared: [] };
    const subject: Subject = {
      space,
      standard: standardConfig(space, name),
      rungs: rungsOf(folds.length),
      lessIsBetter: true,
      async measure(config, piece, stop) {
        const own = optionsOf(member, { seed: options.seed, ...config.options });
        const { z } = await learnWithout(
          engine,
          folds[piece],
          { family: member.family, options: own, parts },
          { signal: stop },
        );
        return meanLoss(truths[piece], z);
      },
    };
    const found = await search(subject, {
      seed: options.seed,
      trials,
      width: widthOf(engine, roomOf(engine, largest, parts, { held: folds[0], seed: options.seed })),
      head: {},
      signal,
      onStep: (soFar) => onProgress?.(n * trials + soFar.trials.length - 1, Number.NaN, names.length * trials),
    });
    throwIfAborted(signal);
    if (found.best.number > 0) members[`tuned ${name}`] = { like: name, options: found.best.config.options };
  }
  return { ...options, members: { ...members, ...options.members }, trials: names.length * trials };
}

/** One fold, two, all of them. */
function rungsOf(folds: number): number[][] {
  const all = Array.from({ length: folds }, (_, fold) => fold);
  return folds > 2 ? [[0], [0, 1], all] : [all];
}
