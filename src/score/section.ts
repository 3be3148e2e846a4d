/** The section of one target: its score, percentile, likeliest class and the reasons, filled by a scorer that others may share. */
import type { Part } from '../part.js';
import { DATE } from '../programs/score-columns.js';
import type { BatchOptions, Field, PlainRow, RowOptions, Section, SectionBatch, Users } from '../table/section.js';
import { writeScore } from './part.js';
import type { Score } from './score.js';
import type { Scorer } from './scorer.js';
import { WordReasons } from './words.js';

/** One reason of a profile. */
export interface ExplanationEntry {
  feature: string;
  /** the feature's value, null where it is missing or the feature is no number */
  value: number | null;
  /** the category, '(rare)' or '(missing)'; null for what is no category and for one that was never seen */
  category: string | null;
  /** only where some feature is a date: it, to the minute, as ISO 8601 has it without a zone; null where it is missing or the feature is none */
  date?: string | null;
  /** what the feature adds to the score, in the scale that the schema's metadata names */
  contribution: number;
}

/** What the contributions of each task are made of. */
const SCALE = {
  binary: 'log-odds of the last class',
  multiclass: "the predicted class's raw output above the mean of all classes",
  regression: "the target's units",
} as const;

export class ScoreSection implements Section {
  readonly kind = 'score';
  readonly fields: readonly Field[];
  readonly score: Score;
  readonly #labels: readonly string[];
  readonly #dated: boolean;
  readonly #words: WordReasons | undefined;
  /** the fields' names: written out once, since every profile has them */
  readonly #names: Record<'score' | 'percentile' | 'prediction' | 'explanation', string>;

  /** @param number of this target among the scorer's */
  constructor(
    private readonly engine: { readonly memory: WebAssembly.Memory },
    readonly scorer: Scorer,
    private readonly number: number,
  ) {
    this.score = scorer.scores[number];
    const { target, features, ranks } = this.score;
    this.#labels = features.labels;
    this.#dated = features.labelCounts.includes(DATE);
    const named = (what: string) => `${what}_${target.name}`;
    const names = {
      score: named('score'),
      percentile: named('percentile'),
      prediction: named('prediction'),
      explanation: named('explanation'),
    };
    this.#names = names;
    this.#words = WordReasons.of(features, named('words'));
    const field = (name: string, type: Field['type']): Field => ({ name, type, nullable: false });
    const reason = (name: string, type: Field['type'], nullable: boolean): Field => ({ name, type, nullable });
    const entry = [
      reason('feature', { dictionary: features.names }, false),
      reason('value', 'float32', true),
      reason('category', { dictionary: this.#labels }, true),
      ...(this.#dated ? [reason('date', 'timestamp', true)] : []),
      reason('contribution', 'float32', false),
    ];
    this.fields = [
      field(names.score, 'float32'),
      ...(ranks.length > 0 ? [field(names.percentile, 'float32')] : []),
      ...(target.classes.length > 0 ? [field(names.prediction, { dictionary: target.classes })] : []),
      { ...field(names.explanation, { list: { struct: entry } }), reasons: true },
      ...(this.#words ? [this.#words.field] : []),
    ];
  }

  get metadata(): Record<string, string> {
    const { target, base } = this.score;
    return {
      task: target.task,
      classes: JSON.stringify(target.classes),
      ...(target.threshold !== undefined && { threshold: String(target.threshold) }),
      'contribution.scale': SCALE[target.task],
      'contribution.base': JSON.stringify(base),
    };
  }

  async batch(users: Users, { explain = true, signal }: BatchOptions): Promise<SectionBatch> {
    const { addresses, out, release } = await this.scorer.batch(users, this.scorer.scores.length, explain, { signal });
    const { memory } = this.engine;
    const filled = { memory, address: addresses[this.number], [Symbol.dispose]: release };
    if (!this.#words || !explain) return filled;
    const views = { i32: new Int32Array(memory.buffer), f32: new Float32Array(memory.buffer) };
    return { ...filled, more: [this.#words.batch({ ...views, out: out[this.number] }, users)] };
  }

  one(row: PlainRow, _id: string | null, options: RowOptions): Record<string, unknown> {
    const profile = {};
    this.fill([row], [profile], options);
    return profile;
  }

  fill(rows: readonly PlainRow[], profiles: Record<string, unknown>[], { explain = true, keys }: RowOptions): void {
    const { target, features, ranks } = this.score;
    const { classes } = target;
    const names = this.#names;
    const { f32, i32, u8, out } = this.scorer.rows(rows, explain, keys);
    const columns = out[this.number];
    const n = features.list.length;
    const bit = (address: number, i: number) => (u8[address + (i >> 3)] >> (i & 7)) & 1;
    for (let r = 0; r < rows.length; r++) {
      const profile = profiles[r];
      profile[names.score] = f32[columns.score / 4 + r];
      if (ranks.length > 0) profile[names.percentile] = f32[columns.percentile / 4 + r];
      if (classes.length > 0) profile[names.prediction] = classes[i32[columns.label / 4 + r]];
      if (!explain) continue;
      const entries: ExplanationEntry[] = [];
      for (let i = r * n; i < (r + 1) * n; i++) {
        entries.push({
          feature: features.names[i32[columns.feature / 4 + i]],
          value: bit(columns.valueValid, i) ? f32[columns.value / 4 + i] : null,
          category: bit(columns.categoryValid, i) ? this.#labels[i32[columns.category / 4 + i]] : null,
          ...(this.#dated && { date: bit(columns.dateValid, i) ? dateText(i32, columns.date / 4 + 2 * i) : null }),
          contribution: f32[columns.contribution / 4 + i],
        });
      }
      profile[names.explanation] = entries;
      const words = this.#words;
      if (words) profile[words.field.name] = words.row({ i32, f32, out: columns }, r, (column) => rows[r][column]);
    }
  }

  write(): Part {
    return writeScore(this.score);
  }

  /** The scorer's memory is given back with the last of its sections; see Profiler.dispose. */
  dispose(): void {
    this.scorer.dispose();
  }
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** Milliseconds since 1970, as two halves, as JSON lines have a time. */
const dateText = (halves: Int32Array, at: number): string =>
  new Date((halves[at] >>> 0) + halves[at + 1] * 2 ** 32).toISOString().slice(0, -1);

/** A section for each target of a scorer. */
export const sectionsOf = (engine: { readonly memory: WebAssembly.Memory }, scorer: Scorer): ScoreSection[] =>
  scorer.scores.map((_, number) => new ScoreSection(engine, scorer, number));
