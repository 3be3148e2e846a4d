/** The reader of bif.ts: by descent over its tokens, with the line of whatever is not as it should be. */
import { errors } from '../../errors.js';
import { order } from '../../programs/bayesian-network/graph.js';
import type { DiscreteNetwork } from '../../programs/bayesian-network/network.js';
import { type Token, tokensOf } from './bif-tokens.js';
import { MAX_CELLS } from './fit-parameters.js';

/** How far from 1 a row's sum may be: files are rounded to few digits. */
const ROUNDED = 1e-3;
/** A row nearer to 1 stays as it is written; one further off is divided by its sum. */
const EXACT = 1e-6;
const MAX_STATES = 0xffff;
/** Of all tables together. */
const MAX_VALUES = 2 * MAX_CELLS;
const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/;

interface Variable {
  name: string;
  states: string[];
  positions: Map<string, number>;
}

interface Family {
  /** where it is said */
  line: number;
  parents: number[];
  table: Float64Array;
}

/** @throws CameoError 'file', with the line, for a text that is no network or whose tables are none */
export function readBif(text: string): DiscreteNetwork {
  return new Reader(tokensOf(text)).network();
}

class Reader {
  #at = 0;
  #values = 0;
  readonly #variables: Variable[] = [];
  readonly #positions = new Map<string, number>();
  readonly #families = new Map<number, Family>();
  constructor(private readonly tokens: readonly Token[]) {}

  network(): DiscreteNetwork {
    this.#word('network', "'network'");
    while (!this.#is('{')) this.#word();
    this.#mark('{');
    this.#properties();
    for (;;) {
      const { text, line, word } = this.#next();
      if (text === '' && !word) return this.#whole(line);
      if (text === 'variable') this.#variable();
      else if (text === 'probability') this.#probability();
      else throw errors.bif(line, "'variable' or 'probability'", shown(text));
    }
  }

  #variable(): void {
    const { line } = this.#peek();
    const name = this.#word();
    if (this.#positions.has(name)) throw errors.bif(line, 'a name for each variable', `'${name}' twice`);
    let states: string[] | undefined;
    this.#mark('{');
    while (!this.#is('}')) {
      const start = this.#peek().line;
      const what = this.#word();
      if (what === 'property') this.#skip();
      else if (what !== 'type') throw errors.bif(start, "'type' or 'property'", shown(what));
      else if (states) throw errors.bif(start, `one type of '${name}'`, 'another');
      else states = this.#type(name);
    }
    this.#mark('}');
    if (!states) throw errors.bif(line, `a type of '${name}'`, 'none');
    const positions = new Map(states.map((state, k) => [state, k]));
    if (positions.size < states.length) throw errors.bif(line, `different states of '${name}'`, 'one twice');
    this.#positions.set(name, this.#variables.length);
    this.#variables.push({ name, states, positions });
  }

  #type(name: string): string[] {
    this.#word('discrete', "'discrete', the only type that is read");
    this.#mark('[');
    const { line } = this.#peek();
    const many = this.#number();
    this.#mark(']');
    if (!Number.isInteger(many) || many < 1 || many > MAX_STATES)
      throw errors.bif(line, `1 to ${MAX_STATES} states of '${name}'`, `${many}`);
    this.#mark('{');
    const states: string[] = [];
    while (!this.#is('}')) {
      if (states.length > 0 && this.#is(',')) this.#mark(',');
      states.push(this.#word());
    }
    if (states.length !== many) throw errors.bif(line, `${many} states of '${name}'`, `${states.length}`);
    this.#mark('}');
    this.#mark(';');
    return states;
  }

  #probability(): void {
    const { line } = this.#peek();
    this.#mark('(');
    const child = this.#known();
    const parents: number[] = [];
    if (this.#is('|')) this.#mark('|');
    while (!this.#is(')')) {
      if (parents.length > 0 && this.#is(',')) this.#mark(',');
      parents.push(this.#known());
    }
    this.#mark(')');
    const { name } = this.#variables[child];
    if (this.#families.has(child)) throw errors.bif(line, `one table of '${name}'`, 'another');
    if (new Set([child, ...parents]).size <= parents.length)
      throw errors.bif(line, `different parents of '${name}', not itself`, 'one twice');
    const states = this.#variables[child].states.length;
    const rows = parents.reduce((product, p) => product * this.#variables[p].states.length, 1);
    this.#values += rows * states;
    if (rows * states > MAX_CELLS || this.#values > MAX_VALUES)
      throw errors.bif(
        line,
        `at most ${MAX_CELLS} values of a table and ${MAX_VALUES} of all`,
        `${this.#values} with those of '${name}'`,
      );
    this.#families.set(child, { line, parents, table: this.#table(child, parents, rows, states, line) });
  }

  #table(child: number, parents: readonly number[], rows: number, states: number, start: number): Float64Array {
    const table = new Float64Array(rows * states);
    const lines = new Int32Array(rows);
    let others: { values: number[]; line: number } | undefined;
    this.#mark('{');
    while (!this.#is('}')) {
      const { line, text, word } = this.#peek();
      if (!word) {
        const row = this.#row(parents);
        if (lines[row]) throw errors.bif(line, 'one row for each combination', `that of line ${lines[row]} again`);
        table.set(this.#numbers(states), row * states);
        lines[row] = line;
        continue;
      }
      this.#next();
      if (text === 'property') this.#skip();
      else if (text === 'default') others = { values: this.#numbers(states), line };
      else if (text !== 'table') throw errors.bif(line, "a row, 'table', 'default' or 'property'", shown(text));
      else {
        const values = this.#numbers(rows * states);
        for (let row = 0; row < rows; row++) for (let k = 0; k < states; k++) table[row * states + k] = values[k * rows + row];
        lines.fill(line);
      }
    }
    this.#mark('}');
    const { name } = this.#variables[child];
    for (let row = 0; row < rows; row++) {
      if (!lines[row]) {
        if (!others) throw errors.bif(start, `${rows} rows of '${name}'`, `${lines.filter((line) => line > 0).length}`);
        table.set(others.values, row * states);
        lines[row] = others.line;
      }
      this.#normalize(table.subarray(row * states, (row + 1) * states), name, lines[row]);
    }
    return table;
  }

  #normalize(row: Float64Array, name: string, line: number): void {
    const sum = row.reduce((a, b) => a + b, 0);
    if (!(Math.abs(sum - 1) <= ROUNDED)) throw errors.bif(line, `probabilities of '${name}' that sum to 1`, `a sum of ${sum}`);
    if (Math.abs(sum - 1) > EXACT) for (let k = 0; k < row.length; k++) row[k] /= sum;
  }

  /** The number of a combination of the parents' states. */
  #row(parents: readonly number[]): number {
    this.#mark('(');
    let row = 0;
    parents.forEach((p, i) => {
      if (i > 0 && this.#is(',')) this.#mark(',');
      const { name, states, positions } = this.#variables[p];
      const { line } = this.#peek();
      const k = positions.get(this.#word());
      if (k === undefined) throw errors.bif(line, `one of the ${states.length} states of '${name}'`, 'another');
      row = row * states.length + k;
    });
    this.#mark(')');
    return row;
  }

  /** So many probabilities, and the mark behind them. */
  #numbers(many: number): number[] {
    const values: number[] = [];
    const { line } = this.#peek();
    while (!this.#is(';') && values.length <= many) {
      if (values.length > 0 && this.#is(',')) this.#mark(',');
      const own = this.#peek();
      const value = this.#number();
      if (!(value >= 0 && value <= 1 + ROUNDED)) throw errors.bif(own.line, 'a probability', `${value}`);
      values.push(value);
    }
    if (values.length !== many)
      throw errors.bif(line, `${many} probabilities`, values.length > many ? 'more' : `${values.length}`);
    this.#mark(';');
    return values;
  }

  #whole(line: number): DiscreteNetwork {
    const variables = this.#variables;
    if (variables.length === 0) throw errors.bif(line, 'a variable', 'none');
    const families = variables.map(({ name }, i) => {
      const family = this.#families.get(i);
      if (!family) throw errors.bif(line, `a table of '${name}'`, 'the end');
      return family;
    });
    const done = order(variables.length, (from, to) => families[to].parents.includes(from));
    const left = variables.findIndex((_, i) => !done.includes(i));
    if (left >= 0) throw errors.bif(families[left].line, 'no cycle', `'${variables[left].name}' on one, or below it`);
    return {
      names: variables.map(({ name }) => name),
      states: variables.map(({ states }) => states),
      parents: families.map(({ parents }) => parents),
      tables: families.map(({ table }) => table),
    };
  }

  #properties(): void {
    while (!this.#is('}')) {
      this.#word('property', "'property' or '}'");
      this.#skip();
    }
    this.#mark('}');
  }

  /** Past the next semicolon. */
  #skip(): void {
    while (!this.#is(';')) {
      const { text, line, word } = this.#next();
      if (text === '' && !word) throw errors.bif(line, "';'", 'the end');
    }
    this.#mark(';');
  }

  #peek(): Token {
    return this.tokens[this.#at];
  }
  /** The end is never passed. */
  #next(): Token {
    const token = this.tokens[this.#at];
    if (this.#at < this.tokens.length - 1) this.#at++;
    return token;
  }
  #is(mark: string): boolean {
    const { text, word } = this.#peek();
    return !word && text === mark;
  }
  #mark(mark: string): void {
    const { text, line, word } = this.#next();
    if (word || text !== mark) throw errors.bif(line, `'${mark}'`, shown(text));
  }
  #word(text?: string, expected = 'a name'): string {
    const token = this.#next();
    if (!token.word || (text !== undefined && token.text !== text)) throw errors.bif(token.line, expected, shown(token.text));
    return token.text;
  }
  #known(): number {
    const { line } = this.#peek();
    const name = this.#word();
    const at = this.#positions.get(name);
    if (at === undefined) throw errors.bif(line, 'a variable that is declared above', shown(name));
    return at;
  }
  #number(): number {
    const { line } = this.#peek();
    const text = this.#word(undefined, 'a number');
    if (!NUMBER.test(text)) throw errors.bif(line, 'a number', shown(text));
    return Number(text);
  }
}

/** A token for a message, cut where it is long. */
const shown = (text: string) => (text === '' ? 'the end' : `'${text.length > 40 ? `${text.slice(0, 40)}…` : text}'`);
