/** What may be wrong with a table, as far as fitting a score sees, and ends nothing. */
import { type Evaluation, METRIC_NAMES } from '../metrics/index.js';
import type { Decision } from '../prepare/fit-features.js';
import { leaks } from '../prepare/leakage.js';
import type { Split } from '../prepare/split.js';
import type { Target } from '../prepare/target.js';
import { columnOf } from '../table/columns.js';
import { firstAlike, repeats, repeatsAmong } from '../table/duplicates.js';
import type { Column, Ignored, Table } from '../table/table.js';
import { distinctWarnings, type Warning, warnings } from '../warnings.js';

/** What is predicted and the truth of each row, as of a Question. */
interface Asked {
  target: Target;
  truth: Float64Array;
}

/** Held-out rows below which figures are said to be uncertain. */
const FEW_ROWS = 30;

/** What a table tells by itself: rows that stand there twice, users that do. */
export class Look {
  readonly warnings: Warning[] = [];
  /** of each row, the first alike in every column; and the first of the same id */
  readonly #alike: Int32Array;
  readonly #user: Int32Array | undefined;
  /** rows that are alike in every column to one above */
  readonly repeatedRows: number;
  /** rows whose id stands above; null without an id column */
  readonly repeatedIds: number | null = null;

  /**
   * @param id column that names the user
   * @param joined whether events meet the table by it
   */
  constructor(
    table: Table,
    private readonly id?: string,
    joined = false,
  ) {
    const { rows } = table;
    this.#alike = firstAlike(table.columns, rows);
    this.repeatedRows = repeats(this.#alike);
    if (this.repeatedRows > 0) this.warnings.push(warnings.duplicateRows(this.repeatedRows, rows));
    if (id === undefined) return;
    const column = columnOf(table, 'Id', id);
    const user = firstAlike([column], rows);
    const nameless = missingIn(column);
    // All rows without an id are alike; they name nobody twice.
    const named = repeats(user) - Math.max(0, nameless - 1);
    this.repeatedIds = named;
    if (named > 0) this.warnings.push(warnings.duplicateIds(id, named, rows, joined));
    if (nameless > 0) this.warnings.push(warnings.missingIds(id, nameless, rows, joined));
    if (named > 0 && nameless === 0) this.#user = user;
  }

  /** All that fitting one target found, the table's own first; without a target, what columns alone tell. */
  warningsOf(
    question: Asked | undefined,
    { train, test }: Split,
    { ignored, decisions }: { ignored: readonly Ignored[]; decisions: readonly Decision[] },
    evaluation?: Evaluation,
  ): Warning[] {
    const found = [...this.warnings];
    for (const { name, code = 'unsuited', reason } of ignored) found.push(warnings.leftOut(`column-${code}`, name, reason));
    if (!question) return found;
    const { target, truth } = question;
    for (const { name, figure } of leaks(decisions, target, truth, train))
      found.push(warnings.leakage(name, target.name, figure));
    const shared = repeatsAmong(this.#alike, train, test);
    if (shared > 0) found.push(warnings.heldOutDuplicates(shared, test.length));
    const users = this.#user && this.id !== undefined ? repeatsAmong(this.#user, train, test) : 0;
    // Rows that are alike in every column are told already.
    if (users > shared) found.push(warnings.heldOutIds(this.id as string, users, test.length));
    if (test.length < FEW_ROWS) found.push(warnings.fewRows(train.length, test.length));
    const absent = Object.entries(evaluation ?? {}).filter(([, value]) => Number.isNaN(value));
    if (absent.length > 0) {
      const names = absent.map(([name]) => METRIC_NAMES[name] ?? name);
      const held = test.length === 1 ? 'the one held-out row' : `the ${test.length} held-out rows`;
      const why =
        target.task === 'regression' ? `${held} has no spread` : `${held} ${test.length === 1 ? 'is' : 'are all'} of one class`;
      found.push(warnings.metrics(names, target.name, why));
    }
    return distinctWarnings(found);
  }
}

/** What a table tells of itself before a fitted model profiles it. */
export const warningsOfTable = (table: Table, id: string | undefined): Warning[] => new Look(table, id).warnings;

const missingIn = (column: Column): number =>
  column.kind === 'category'
    ? column.codes.reduce((count, code) => count + Number(code < 0), 0)
    : column.values.reduce((count, value) => count + Number(Number.isNaN(value)), 0);
