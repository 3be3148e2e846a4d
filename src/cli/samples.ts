/** A few profiles to show: the highest score, the lowest, and the first row. */
import type { RecordBatch, Vector } from 'apache-arrow';
import { dateText } from '../events/time.js';
import type { Target } from '../prepare/target.js';
import type { ExplanationEntry } from '../score/section.js';
import { columns, plain } from './terminal.js';

/** A reason as a batch has it: a date is milliseconds since 1970. */
type Reason = Omit<ExplanationEntry, 'date'> & { date?: number | null };

interface Sample {
  user: string;
  score: number;
  prediction: string;
  reasons: Reason[];
}

function valueText({ value, category, date }: Reason): string {
  if (value !== null) return String(Number(value.toPrecision(6)));
  return date === null || date === undefined ? plain(category ?? '(none)') : dateText(date);
}

export class Samples {
  #first: Sample | undefined;
  #highest: Sample | undefined;
  #lowest: Sample | undefined;

  constructor(private readonly target: Target) {}

  /** Looks at a batch; what it keeps is copied. */
  see(batch: RecordBatch, before: number): void {
    const scores = batch.getChild(`score_${this.target.name}`)?.toArray() as Float32Array;
    let [high, low] = [0, 0];
    for (let r = 1; r < scores.length; r++) {
      if (scores[r] > scores[high]) high = r;
      if (scores[r] < scores[low]) low = r;
    }
    if (before === 0) this.#first = this.#take(batch, 0);
    if (!this.#highest || scores[high] > this.#highest.score) this.#highest = this.#take(batch, high);
    if (!this.#lowest || scores[low] < this.#lowest.score) this.#lowest = this.#take(batch, low);
  }

  #take(batch: RecordBatch, r: number): Sample {
    const value = (name: string) => batch.getChild(name)?.get(r);
    const { name, classes } = this.target;
    const reasons = value(`explanation_${name}`) as Vector;
    return {
      user: String(value('user_id')),
      score: value(`score_${name}`),
      prediction: classes.length > 0 ? String(value(`prediction_${name}`)) : '',
      reasons: Array.from(reasons, (entry) => JSON.parse(JSON.stringify(entry)) as Reason).slice(0, 3),
    };
  }

  /** Each sample with its three strongest reasons. */
  toString(): string {
    const samples = [this.#highest, this.#lowest, this.#first].filter(
      (s, i, all) => s && all.findIndex((o) => o?.user === s.user) === i,
    );
    return (samples as Sample[])
      .map(({ user, score, prediction, reasons }) => {
        const text = this.target.task === 'regression' ? score.toPrecision(5) : score.toFixed(3);
        const rows = reasons.map((reason) => [
          `${reason.contribution < 0 ? '−' : '+'}${Math.abs(reason.contribution).toPrecision(3)}`,
          `${plain(reason.feature)} = ${valueText(reason)}`,
        ]);
        return `  user ${plain(user)}: ${text}${prediction ? ` (${plain(prediction)})` : ''}\n${columns(rows, [0]).replaceAll(/^/gm, '  ')}`;
      })
      .join('\n');
  }
}
