import type { Column } from '../table/table.js';

/** Builds a column from values that arrive in pieces. */
export class ColumnBuilder {
  readonly #numbers: Float64Array[] = [];
  readonly #pieces: Int32Array[] = [];
  readonly #codes = new Map<string, number>();

  constructor(
    private readonly name: string,
    private readonly number: boolean,
  ) {}

  append(rows: number, get: (i: number) => unknown): void {
    if (this.number) {
      const piece = new Float64Array(rows);
      for (let i = 0; i < rows; i++) {
        const value = get(i);
        piece[i] = value === null ? Number.NaN : Number(value);
      }
      this.#numbers.push(piece);
      return;
    }
    const codes = new Int32Array(rows);
    for (let i = 0; i < rows; i++) {
      const value = get(i);
      if (value === null) {
        codes[i] = -1;
        continue;
      }
      const text = String(value);
      let code = this.#codes.get(text);
      if (code === undefined) {
        code = this.#codes.size;
        this.#codes.set(text, code);
      }
      codes[i] = code;
    }
    this.#pieces.push(codes);
  }

  finish(rows: number): Column {
    const { name } = this;
    if (this.number) {
      const values = new Float64Array(rows);
      let at = 0;
      for (const piece of this.#numbers) {
        values.set(piece, at);
        at += piece.length;
      }
      return { name, kind: 'number', values };
    }
    // Truth values are 'true' and 'false', however a file spells them.
    const texts = [...this.#codes.keys()];
    const names = texts.every((text) => /^(true|false)$/i.test(text)) ? texts.map((text) => text.toLowerCase()) : texts;
    // Codes by ascending category, so that the order of the rows does not matter.
    const categories = [...new Set(names)].sort((a, b) => (a < b ? -1 : 1));
    const position = new Map(categories.map((text, i) => [text, i]));
    const rank = Int32Array.from(names, (text) => position.get(text) as number);
    const codes = new Int32Array(rows);
    let at = 0;
    for (const piece of this.#pieces) for (const code of piece) codes[at++] = code < 0 ? -1 : rank[code];
    return { name, kind: 'category', codes, categories };
  }
}
