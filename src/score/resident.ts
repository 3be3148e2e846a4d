/** Fitted scores of the same features in linear memory, where every shard reads them. */
import { THRESHOLD } from '../metrics/decisions.js';
import type { Model } from '../models/model.js';
import type { Features } from '../prepare/features.js';
import type { Target } from '../prepare/target.js';
import type { ScorePlan } from '../programs/score.js';
import { place, type Region, type Space } from '../wasm/memory.js';

/** What of a score is placed. */
export interface Placeable {
  target: Target;
  model: Model;
  ranks: Float32Array;
}

export class ResidentScores implements Disposable {
  readonly plan: ScorePlan;
  readonly #region: Region;

  /** @param scores of models that read the same encodings */
  constructor(space: Space, features: Features, scores: readonly Placeable[]) {
    const { at, region } = place(
      space,
      (layout): ScorePlan => ({
        encode: features.place(layout, scores[0].model.encodings),
        targets: scores.map(({ target, model, ranks }) => ({
          name: target.name,
          task: target.task,
          predictor: model.place(layout),
          outputs: model.outputs,
          ranks: layout.put(ranks),
          nRanks: ranks.length,
          scale: target.scale,
          mean: target.mean,
          threshold: target.threshold ?? THRESHOLD,
        })),
        names: features.names,
        labels: features.labelCounts,
      }),
    );
    this.plan = at;
    this.#region = region;
  }

  dispose(): void {
    this.#region.dispose();
  }
  [Symbol.dispose](): void {
    this.dispose();
  }
}
