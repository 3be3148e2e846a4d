/** The words behind a score: what the terms of a row's texts have to do with what their features add to it (prepare/text/words.ts). */
import type { Value } from '../prepare/feature.js';
import type { Features } from '../prepare/features.js';
import { TextFeature } from '../prepare/text/text-feature.js';
import type { Words } from '../prepare/text/words.js';
import type { ScoreColumns } from '../programs/score-columns.js';
import type { Field, Users } from '../table/section.js';
import type { Column } from '../table/table.js';

/** One word of a profile. */
export interface WordEntry extends Words {
  /** the feature of the explanation whose contribution its words sum to */
  feature: string;
}

/** Where the explanations of a shard stand. */
interface Explained {
  i32: Int32Array;
  f32: Float32Array;
  out: Pick<ScoreColumns, 'feature' | 'contribution'>;
}

export class WordReasons {
  readonly field: Field;
  /** the features of text among all, by their number */
  readonly #texts: readonly (TextFeature | undefined)[];

  private constructor(features: Features, name: string) {
    this.#texts = features.list.map((feature) => (feature instanceof TextFeature ? feature : undefined));
    const entry = (own: string, type: Field['type'], nullable: boolean): Field => ({ name: own, type, nullable });
    const struct = [
      entry('feature', 'utf8', false),
      entry('term', 'utf8', true),
      entry('contribution', 'float32', false),
      entry('snippet', 'utf8', true),
    ];
    this.field = { name, type: { list: { struct } }, nullable: false, reasons: true };
  }

  /** @returns undefined where no feature is of text */
  static of(features: Features, name: string): WordReasons | undefined {
    return features.list.some((feature) => feature instanceof TextFeature) ? new WordReasons(features, name) : undefined;
  }

  /** The words of row r of a shard. @param cellOf what the row has in a column */
  row({ i32, f32, out }: Explained, r: number, cellOf: (column: string) => Value): WordEntry[] {
    const n = this.#texts.length;
    const words: WordEntry[] = [];
    for (let i = r * n; i < (r + 1) * n; i++) {
      const feature = this.#texts[i32[out.feature / 4 + i]];
      if (!feature) continue;
      const own = feature.words(cellOf(feature.column), f32[out.contribution / 4 + i]);
      for (const word of own) words.push({ feature: feature.name, ...word });
    }
    return words;
  }

  /** Of each user of a batch. */
  batch(explained: Explained, users: Users): WordEntry[][] {
    const columns = new Map(users.table?.columns.map((column) => [column.name, column]));
    const cellOf = (r: number) => (name: string) => valueIn(columns.get(name) as Column, users.first + r);
    return users.ids.map((_, r) => this.row(explained, r, cellOf(r)));
  }
}

function valueIn(column: Column, row: number): Value {
  if (column.kind === 'number') return column.values[row];
  return column.codes[row] < 0 ? null : column.categories[column.codes[row]];
}
