/**
 * Expressions that come from outside: one SQL expression over the columns of a log or of profiles, such as `Quantity * UnitPrice`, and nothing
 * else. DuckDB's own parser makes a tree of it, without running anything; the tree is walked, and each node must be of a kind, call a
 * function, cast to a type and name a column that is known here. What is not known is refused, so that a subquery, a file, a setting or
 * something that a later DuckDB invents cannot get in. Behind that stands a database that is locked (duckdb.ts).
 *
 * The text is embedded as it was parsed: in parentheses, on lines of its own, so that neither a comment nor a parenthesis reaches beyond it.
 *
 * Work and memory are bounded too: by the expression's length, by DuckDB's limit of 1,000 levels, by how much longer than the longest
 * text of a row a result may become (`size`), and by how often LIKE may begin anew, which takes a time that grows as a power of that.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { errors } from '../errors.js';
import { FUNCTIONS, MOMENTS, TYPES, WRITTEN_OUT } from './sql-vocabulary.js';

const MOST_CHARACTERS = 20_000;
/** A result may be so many times as long as the longest text of its row, or as a cell of so many characters. */
const MOST_CELLS = 100;
const CELL = 32;
/** Percent signs of a pattern of LIKE that are not at its end. */
const MOST_PERCENT = 2;
const LIKE = new Set(['~~', '!~~', '~~*', '!~~*', 'like_escape', 'not_like_escape', 'ilike_escape', 'not_ilike_escape']);

interface Node {
  class: string;
  type: string;
  [field: string]: unknown;
}

/** Kinds of nodes: their types, and the fields that hold nodes, one or a list. Their other fields are looked at in `visit`. */
const KINDS: Record<string, { types: string; below?: string; others?: string }> = {
  CONSTANT: { types: 'VALUE_CONSTANT', others: 'value' },
  COLUMN_REF: { types: 'COLUMN_REF', others: 'column_names' },
  FUNCTION: {
    types: 'FUNCTION',
    below: 'children',
    others: 'function_name schema catalog filter order_bys distinct is_operator export_state',
  },
  OPERATOR: {
    types:
      'OPERATOR_NOT OPERATOR_IS_NULL OPERATOR_IS_NOT_NULL OPERATOR_COALESCE OPERATOR_TRY COMPARE_IN COMPARE_NOT_IN ' +
      'ARRAY_EXTRACT STRUCT_EXTRACT',
    below: 'children',
  },
  COMPARISON: {
    types:
      'COMPARE_EQUAL COMPARE_NOTEQUAL COMPARE_LESSTHAN COMPARE_GREATERTHAN COMPARE_LESSTHANOREQUALTO ' +
      'COMPARE_GREATERTHANOREQUALTO COMPARE_DISTINCT_FROM COMPARE_NOT_DISTINCT_FROM',
    below: 'left right',
  },
  CONJUNCTION: { types: 'CONJUNCTION_AND CONJUNCTION_OR', below: 'children' },
  BETWEEN: { types: 'COMPARE_BETWEEN', below: 'input lower upper' },
  CASE: { types: 'CASE_EXPR', below: 'else_expr', others: 'case_checks' },
  CAST: { types: 'OPERATOR_CAST', below: 'child', others: 'cast_type try_cast' },
};
const COMMON = ['class', 'type', 'alias', 'query_location'];
const split = (names = '') => names.split(' ').filter(Boolean);

/** What people call the kinds that they may try. */
const CALLED: Record<string, string> = {
  SUBQUERY: 'a subquery',
  WINDOW: 'a window function',
  STAR: '*',
  PARAMETER: 'a parameter',
  LAMBDA: "a lambda, or '->' (for JSON there is '->>')",
  COLLATE: 'COLLATE',
};

/**
 * Checks an expression.
 * @param option whose it is, for messages
 * @param columns that it may name
 * @returns it as SQL to embed, null where it fails in some row
 * @throws CameoError 'argument' for what is no single expression, or holds what it may not
 */
export async function checkExpression(
  connection: DuckDBConnection,
  option: string,
  text: string,
  columns: readonly string[],
): Promise<string> {
  const refuse = (why: string): never => {
    throw errors.expressionRefused(option, why);
  };
  if (text.length > MOST_CHARACTERS) refuse(`it has ${text.length} characters; at most ${MOST_CHARACTERS} are read`);
  // Zero ends a text in some places and not in others.
  if (/[\0\p{Cs}]/u.test(text)) refuse('it holds a character that is none');
  const select = await parse(connection, text, refuse);
  const names = new Map(columns.map((name) => [name.toLowerCase(), name]));
  new Walk(names, refuse).visit(select);
  return `TRY((\n${text}\n))`;
}

/** The tree of the one expression that a text is. */
async function parse(connection: DuckDBConnection, text: string, refuse: (why: string) => never): Promise<Node> {
  const treeOf = async (expression: string) => {
    const sql = `SELECT (\n${expression}\n)`;
    return String((await connection.runAndReadAll('SELECT json_serialize_sql($1::VARCHAR)', [sql])).getRows()[0][0]);
  };
  const bare = JSON.parse(await treeOf('0'));
  let tree: typeof bare;
  try {
    tree = JSON.parse(await treeOf(text));
  } catch {
    // An infinite number is written as no JSON.
    refuse('it holds a number that is none');
  }
  if (tree.error) refuse(`it is not one SQL expression: ${reasonOf(tree)}`);
  // Nothing may be beside the expression: no second one, no FROM, no second statement.
  const beside = (whole: typeof bare) =>
    JSON.stringify(whole, (key, value) => {
      if (key === 'query_location') return undefined;
      return key === 'select_list' ? value.length : value;
    });
  if (beside(tree) !== beside(bare)) refuse('it is more than one SQL expression');
  return tree.statements[0].node.select_list[0];
}

/** Why the parser refuses it, and where, unless that quotes a text. */
function reasonOf({ error_message }: { error_message: string }): string {
  const [, reason, at] = /^(.*?)( at or near "[^'"\p{C}]{1,30}")?( at or near .*| Use "SET .*)?$/su.exec(error_message) ?? [];
  return `${reason ?? 'error'}${at ?? ''}`;
}

/** A name as part of one line. */
const shown = (name: unknown) => `'${String(name).slice(0, 60).replaceAll(/\p{C}/gu, ' ')}'`;

class Walk {
  constructor(
    /** columns by their names in lower case */
    private readonly columns: ReadonlyMap<string, string>,
    private readonly refuse: (why: string) => never,
  ) {}

  /** Looks at a node and all below it. @returns the greatest length of its value as text, in cells */
  visit(node: Node): number {
    const kind = Object.hasOwn(KINDS, node.class) ? KINDS[node.class] : undefined;
    if (!kind || !split(kind.types).includes(node.type))
      return this.refuse(`it may not hold ${CALLED[node.class] ?? shown(node.type)}`);
    const known = [...COMMON, ...split(kind.below), ...split(kind.others)];
    const strange = Object.keys(node).find((field) => !known.includes(field));
    if (strange !== undefined || node.alias !== '') this.refuse('it may not name its parts');
    const checks = (node.case_checks ?? []) as { when_expr: Node; then_expr: Node }[];
    const below = [
      ...split(kind.below).flatMap((field) => node[field] as Node | Node[]),
      ...checks.flatMap(({ when_expr, then_expr }) => [when_expr, then_expr]),
    ];
    const size = this.#own(
      node,
      below,
      below.map((child) => this.visit(child)),
    );
    if (size > MOST_CELLS) this.refuse(`its text may grow to more than ${MOST_CELLS} times that of a row`);
    return size;
  }

  #own(node: Node, below: Node[], sizes: number[]): number {
    const size = Math.max(1, ...sizes);
    switch (node.class) {
      case 'CONSTANT':
        return Math.max(1, Math.ceil(textOf(node).length / CELL));
      case 'COLUMN_REF':
        this.#column(node.column_names as string[]);
        return 1;
      case 'CAST':
        this.#type(node.cast_type as { id: string });
        return size;
      case 'FUNCTION':
        return this.#call(node, below, sizes, size);
      default:
        return size;
    }
  }

  /** A column, or a field within one. */
  #column(names: string[]): void {
    const name = names[0].toLowerCase();
    if (this.columns.has(name) || (names.length === 1 && MOMENTS.has(name))) return;
    const all = [...this.columns.values()];
    const some = all.slice(0, 5).map(shown).join(', ');
    this.refuse(
      `it names a column ${shown(names[0])}, and there are ${some}${all.length > 5 ? ` and ${all.length - 5} more` : ''}`,
    );
  }

  #type({ id }: { id: string }): void {
    if (!TYPES.has(id)) this.refuse(`it may not cast to ${shown(id)}`);
  }

  #call(node: Node, below: Node[], sizes: number[], size: number): number {
    const name = String(node.function_name).toLowerCase();
    const { orders } = node.order_bys as { orders: unknown[] };
    const plain =
      FUNCTIONS.has(name) &&
      (node.schema === '' || node.schema === 'main') &&
      node.catalog === '' &&
      node.filter === null &&
      orders.length === 0 &&
      node.distinct === false &&
      node.export_state === false;
    if (!plain) return this.refuse(`it may not call ${shown(name)}`);
    const written = Object.hasOwn(WRITTEN_OUT, name) ? WRITTEN_OUT[name] : [];
    for (const k of written) {
      if (below[k] && below[k].class !== 'CONSTANT') this.refuse(`argument ${k + 1} of ${shown(name)} must be written out`);
    }
    const argument = (k: number) => (below[k] ? textOf(below[k]) : '');
    if (LIKE.has(name) && argument(1).replace(/%+$/, '').split('%').length - 1 > MOST_PERCENT)
      this.refuse(`a pattern of LIKE may have ${MOST_PERCENT} '%' before its end; there is regexp_matches`);
    switch (name) {
      case '||':
      case 'concat':
        return sizes.reduce((sum, x) => sum + x, 0);
      case 'concat_ws':
        return sizes.reduce((sum, x) => sum + x + sizes[0], 0);
      case 'replace':
        return size * Math.max(1, argument(2).length);
      case 'regexp_replace':
        // What matches nothing is put in before each character, and '\1' is what matched.
        return size * (argument(2) === '' ? 1 : 1 + argument(2).length);
      case 'strftime':
        // No specifier becomes more than a cell.
        return Math.max(1, argument(1).length);
      case '->>':
      case 'json_extract_string':
        // Which would give a value with all that is in it, again and again.
        if (argument(1).includes('*')) this.refuse("a path into JSON may not hold '*'");
        return size;
      default:
        return size;
    }
  }
}

/** The text that a node writes out; '' where it is none. */
function textOf({ value }: Node): string {
  const { value: text } = (value ?? {}) as { value?: unknown };
  return typeof text === 'string' ? text : '';
}
