/** What a profiler is to those who work with it: its engine and its fitted sections. */
import type { Engine } from '../engine/engine.js';
import type { ScoreSection } from '../score/section.js';
import type { Section } from '../table/section.js';

export interface Fitted {
  readonly engine: Engine;
  /** scores first, in the order of the targets; then what comes of events */
  readonly sections: readonly Section[];
  readonly scores: readonly ScoreSection[];
  /** name of the id column; undefined where the row number is the id, or where there is no table */
  readonly id: string | undefined;
  /** The score of a target; without a name, of the first. @throws CameoError 'argument' where there is none */
  score(target?: string): ScoreSection;
}
