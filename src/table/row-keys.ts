/**
 * The keys of plain rows: which of them a profiler knows, and those that it met and does not know. A row is read by its own keys, never by
 * those that it inherits, so that a column called 'constructor' or '__proto__' is a column like any other.
 *
 * A misspelt key would be a missing value without a word. Each is told once, by its name alone, and only so many of them: rows may come
 * from anywhere, and what is kept of them must not grow.
 */
import { errors } from '../errors.js';
import { type Warning, warnings } from '../warnings.js';

/** Keys that are told, at most, and of each at most so many characters. */
const MOST = 100;
const LENGTH = 100;

export class RowKeys {
  /** what was told, in order */
  readonly warnings: Warning[] = [];
  readonly #told = new Set<string>();

  /**
   * @param known every column that the models read, and those that they know and do not read: targets, id, ignored ones
   * @param onWarning is called with each new warning
   */
  constructor(
    readonly known: ReadonlySet<string>,
    private readonly onWarning: (warning: Warning) => void = () => {},
  ) {}

  /** Whether a key is known; tells of one that is not. */
  knows(key: string): boolean {
    if (this.known.has(key)) return true;
    const short = key.slice(0, LENGTH);
    if (this.#told.size <= MOST && !this.#told.has(short)) {
      this.#told.add(short);
      const all = this.#told.size > MOST;
      const warning = all ? warnings.keysUnknown(MOST) : warnings.keyUnknown(short, [...this.known]);
      this.warnings.push(warning);
      this.onWarning(warning);
    }
    return false;
  }

  /** Looks at all keys of a row. @throws CameoError 'column' as `refuseStranger` */
  check(row: object, r: number): void {
    const keys = Object.keys(row);
    if (keys.filter((key) => this.knows(key)).length === 0) this.refuseStranger(row, keys, r);
  }

  /**
   * A row without a key is a user of whom nothing is known; one with other keys than the model's is something else.
   * @param keys of the row, of which none is known
   * @throws CameoError 'column' naming the keys
   */
  refuseStranger(row: object, keys: readonly string[], r: number): void {
    if (keys.length === 0 && Object.prototype.toString.call(row) === '[object Object]') return;
    throw errors.rowUnknown(
      r,
      keys.map((key) => key.slice(0, LENGTH)),
      [...this.known],
    );
  }
}
