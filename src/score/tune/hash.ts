/** What tells tables, events and search spaces apart in a journal: 64 bits of their content (two lanes in the manner of FNV-1a). */
import type { Events } from '../../table/events.js';
import type { Table } from '../../table/table.js';

const PRIME = [0x01000193, 0x85ebca6b] as const;

export class Hash {
  #a = 0x811c9dc5 | 0;
  #b = 0x9e3779b9 | 0;

  words(words: ArrayLike<number>): this {
    let [a, b] = [this.#a, this.#b];
    for (let i = 0; i < words.length; i++) {
      a = Math.imul(a ^ words[i], PRIME[0]);
      a ^= a >>> 15;
      b = Math.imul((b << 13) ^ (b >>> 19) ^ words[i], PRIME[1]);
    }
    [this.#a, this.#b] = [a, b];
    return this;
  }

  text(text: string): this {
    const units = new Int32Array(text.length + 1).fill(-1);
    for (let i = 0; i < text.length; i++) units[i] = text.charCodeAt(i);
    return this.words(units);
  }

  /** Any NaN is the same. */
  numbers(values: Float64Array): this {
    const same = values.map((value) => (Number.isNaN(value) ? Number.NaN : value));
    return this.words(new Int32Array(same.buffer, same.byteOffset, 2 * same.length));
  }

  get value(): string {
    return [this.#a, this.#b].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
  }
}

export function tableHash({ rows, columns }: Table): string {
  const hash = new Hash().words([rows, columns.length]);
  for (const column of columns) {
    hash.text(column.name).text(column.kind);
    if (column.kind === 'number') hash.numbers(column.values);
    else {
      hash.words(column.codes);
      for (const category of column.categories) hash.text(category);
    }
  }
  return hash.value;
}

export function eventsHash({ rows, users, items, user, item, time, bought, weight, rating }: Events): string {
  const hash = new Hash().words([rows, users.length]).words(user).words(bought).numbers(Float64Array.from(time));
  if (item) hash.words(item);
  for (const values of [weight, rating]) if (values) hash.numbers(Float64Array.from(values));
  for (const names of [users, items ?? []]) for (const name of names) hash.text(name);
  return hash.value;
}

/** Of what JSON can say. */
export const jsonHash = (value: unknown): string => new Hash().text(JSON.stringify(value)).value;
