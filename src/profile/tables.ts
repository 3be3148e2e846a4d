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
import { SHARD, scoreRows } from '../score/shards.js';
import { columnOf, idsOf } from '../table/columns.js';
import type { Field, Users } from '../table/section.js';
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
  return (await arrowOf(profiler, checked(PROFILE_OPTIONS, options))).schema;
}

async function arrowOf({ sections }: Fitted, { explain, attributes = [] }: Pick<ProfileOptions, 'explain' | 'attributes'>) {
  // Arrow is loaded when batches are asked for: single profiles do without.
  const { ProfileArrow } = await import('../table/arrow.js');
  const kept = (field: Field) => explain || !field.reasons;
  const fields = sections.map((section) => section.fields.filter(kept));
  return new ProfileArrow(fields, attributes, metadataOf(sections));
}

/** See Profiler.profile. */
export async function* profileTables(
  profiler: Fitted,
  source: Table | AsyncIterable<Table> | undefined,
  options: ProfileOptions,
): AsyncGenerator<RecordBatch> {
  const { copy, attributes, explain, n, signal } = checked(PROFILE_OPTIONS, options);
  const arrow = await arrowOf(profiler, { explain, attributes });
  const shards = source === undefined ? usersOf(profiler) : shardsOf(profiler, source, attributes);
  const width = Math.max(1, profiler.engine.scheduler.width);
  for await (const { users, filled } of fillBatches(profiler.sections, shards, width, { explain, n, signal })) {
    yield arrow.batch(users.ids, users.carried, users.first, filled, copy);
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

/** Every user of the events, where there is no table. */
async function* usersOf({ sections, scores }: Fitted): AsyncGenerator<Shard> {
  const users = behaviourOf(sections)?.users;
  if (scores.length > 0 || !users) throw errors.invalid('This model reads a table: give the table to profile.');
  for (let first = 0; first < users.length; first += SHARD) {
    yield { ids: users.slice(first, first + SHARD), first: 0, carried: [] };
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
