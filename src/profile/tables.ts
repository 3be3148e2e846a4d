/**
 * Whole tables through a profiler: batches of users through all of its sections as record batches of Arrow, and metrics. Apart from the
 * profiler, since an edge function answers for single users and leaves this behind.
 */
import type { RecordBatch, Schema } from 'apache-arrow';
import { errors } from '../errors.js';
import { joinBehaviour, lacksBehaviour } from '../events/features.js';
import { type Evaluation, evaluate } from '../metrics/index.js';
import { checked } from '../options.js';
import { kindName, refuseInfinity } from '../prepare/columns.js';
import { truthOf } from '../prepare/target.js';
import { ScoreSection } from '../score/section.js';
import { SHARD, scoreRows } from '../score/shards.js';
import { columnOf, idsOf } from '../table/columns.js';
import type { Field, Section, Users } from '../table/section.js';
import type { Column, Table } from '../table/table.js';
import { fillBatches } from './batches.js';
import type { Fitted } from './fitted.js';
import { EVALUATE_OPTIONS, PROFILE_OPTIONS, type ProfileOptions } from './options.js';
import { behaviourOf, metadataOf } from './sections.js';

/** A shard of users with the columns that their profiles carry. */
interface Shard extends Users {
  carried: Column[];
}

/** See Profiler.schema. */
export async function schemaOf(profiler: Fitted, options: ProfileOptions): Promise<Schema> {
  const { schema, selected } = await outputOf(profiler, checked(PROFILE_OPTIONS, options));
  return selected ? schema.selectAt(selected) : schema;
}

type Wanted = Pick<ProfileOptions, 'explain' | 'attributes' | 'columns'>;

/** What comes out: of which sections, in which schema, and which of its columns where not all are wanted. */
async function outputOf({ sections }: Fitted, { explain, attributes = [], columns }: Wanted) {
  // Arrow is loaded when batches are asked for: single profiles do without.
  const { ProfileArrow } = await import('../table/arrow.js');
  const kept = (field: Field) => explain || !field.reasons;
  const fieldsOf = (section: Section) => section.fields.filter(kept);
  const asked = columns && new Set(columns.filter((name) => name !== 'user_id'));
  const of = asked ? sections.filter((section) => fieldsOf(section).some(({ name }) => asked.has(name))) : sections;
  const arrow = new ProfileArrow(of.map(fieldsOf), attributes, metadataOf(of));
  const { schema } = arrow;
  const before = 1 + attributes.length;
  const place = (name: string) => {
    const found = schema.fields.findIndex((field, i) => i >= before && field.name === name);
    if (found >= 0) return found;
    const known = sections.flatMap((section) => fieldsOf(section).map((field) => `'${field.name}'`));
    throw errors.option('columns', `some of ${known.join(', ')}`, `'${name}'`);
  };
  const selected = asked && [...Array(before).keys(), ...[...asked].map(place)];
  return { of, arrow, schema, selected };
}

/** See Profiler.profile. */
export async function* profileTables(
  profiler: Fitted,
  source: Table | AsyncIterable<Table> | undefined,
  options: ProfileOptions,
): AsyncGenerator<RecordBatch> {
  const { copy, attributes, explain, columns, users: ids, n, signal } = checked(PROFILE_OPTIONS, options);
  if (source !== undefined && ids) throw errors.invalid("Give a table to profile, or the option 'users', not both.");
  const { of, arrow, selected } = await outputOf(profiler, { explain, attributes, columns });
  const shards = source === undefined ? usersOf(profiler, of, ids, attributes) : shardsOf(profiler, source, attributes);
  const width = Math.max(1, profiler.engine.scheduler.width);
  for await (const { users, filled } of fillBatches(of, shards, width, { explain, n, signal })) {
    const batch = arrow.batch(users.ids, users.carried, users.first, filled, copy);
    yield selected ? batch.selectAt(selected) : batch;
  }
}

/** See Profiler.evaluate. */
export async function evaluateTable(
  profiler: Fitted,
  given: Table,
  options: { target?: string; signal?: AbortSignal },
): Promise<Evaluation> {
  const { target: name, signal } = checked(EVALUATE_OPTIONS, options);
  const { scorer, score } = profiler.score(name);
  const { target, model, features } = score;
  const table = completed(profiler, given);
  const truth = truthOf(target, columnOf(table, 'Target', target.name));
  const rows = Int32Array.from(truth.keys()).filter((r) => !Number.isNaN(truth[r]));
  const binding = features.bind(table, scorer.known);
  const all = await scoreRows(profiler.engine, features, scorer.plan, binding, rows, { signal });
  const actual = Float64Array.from(rows, (r) => truth[r]);
  return evaluate(target.task, actual, all[scorer.scores.indexOf(score)], model.outputs);
}

/** Users of the events, where there is no table: those of the ids, or all. */
async function* usersOf(
  profiler: Fitted,
  sections: readonly Section[],
  ids: readonly string[] | undefined,
  attributes: readonly Pick<Column, 'name' | 'kind'>[],
): AsyncGenerator<Shard> {
  const users = ids ?? behaviourOf(profiler.sections)?.users;
  if (!users || sections.some((section) => section instanceof ScoreSection)) {
    throw errors.invalid('This model reads a table: give the table to profile.');
  }
  for (const column of attributes as Column[]) {
    const values = column.kind === 'number' ? column.values : column.codes;
    if (values?.length !== users.length) throw errors.shape(`Attribute '${column.name}'`, 'a value for each user', 'others');
  }
  for (let first = 0; first < users.length; first += SHARD) {
    yield { ids: users.slice(first, first + SHARD), first, carried: attributes as Column[] };
  }
}

async function* shardsOf(
  profiler: Fitted,
  source: Table | AsyncIterable<Table>,
  attributes: readonly Pick<Column, 'name' | 'kind'>[],
): AsyncGenerator<Shard> {
  const { id } = profiler;
  let before = 0;
  for await (const given of Symbol.asyncIterator in source ? source : [source]) {
    if (given.rows === 0 && Symbol.asyncIterator in source) continue;
    const table = completed(profiler, given);
    const column = id === undefined ? undefined : columnOf(table, 'Id', id);
    const carried = attributes.map(({ name, kind }) => {
      const found = columnOf(table, 'Attribute', name);
      if (found.kind !== kind) throw errors.columnType(name, kindName(kind), kindName(found.kind));
      if (found.kind === 'number') refuseInfinity(found);
      return found;
    });
    for (let first = 0; first < table.rows; first += SHARD) {
      const rows = Math.min(SHARD, table.rows - first);
      yield { table, ids: idsOf(column, first, rows, before), first, carried };
    }
    before += table.rows;
  }
}

/** The table with what the model knows of its users' behaviour, where it was fitted on both and the table does not say itself. */
function completed({ sections, scores, id }: Fitted, table: Table): Table {
  const behaviour = behaviourOf(sections);
  const features = scores[0]?.score.features.names ?? [];
  if (!behaviour || id === undefined || !lacksBehaviour(table, features)) return table;
  return joinBehaviour(table, id, behaviour).table;
}
