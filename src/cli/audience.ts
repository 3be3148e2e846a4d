/** `cameo audience`: the users of a model who meet a condition, or who are like given ones. */
import { Command } from 'commander';
import { errors } from '../errors.js';
import { type Behaviour, type BehaviourRow, behaviourRow } from '../events/behaviour.js';
import { BehaviourSection } from '../events/behaviour-section.js';
import { lock, openDatabase } from '../io/duckdb.js';
import { checkExpression } from '../io/expression.js';
import { formatOf } from '../io/pending-file.js';
import { behaviourOf } from '../profile/sections.js';
import type { Column } from '../table/table.js';
import { writeChosen } from './chosen.js';
import { TRUST } from './events.js';
import { readIds } from './ids.js';
import { openModel } from './open-model.js';
import { names, whole } from './options.js';
import { plain } from './terminal.js';
import { wrap } from './text.js';

/** Columns that a condition may name: those of the profiles. */
const COLUMNS: [name: string, type: string, of: (row: BehaviourRow) => unknown][] = [
  ['user_id', 'VARCHAR', (row) => row.user],
  ['n_events', 'INTEGER', (row) => row.nEvents],
  ['first_seen', 'TIMESTAMP', (row) => row.firstSeen],
  ['last_seen', 'TIMESTAMP', (row) => row.lastSeen],
  ['active_days', 'INTEGER', (row) => row.activeDays],
  ['recency_days', 'DOUBLE', (row) => row.recencyDays],
  ['frequency', 'INTEGER', (row) => row.frequency],
  ['monetary', 'DOUBLE', (row) => row.monetary],
  ['average_basket', 'DOUBLE', (row) => row.averageBasket],
  ['inter_purchase_days', 'DOUBLE', (row) => row.interPurchaseDays],
  ['r', 'INTEGER', (row) => row.r],
  ['f', 'INTEGER', (row) => row.f],
  ['m', 'INTEGER', (row) => row.m],
  ['lifecycle', 'VARCHAR', (row) => row.lifecycle],
  ['segment', 'VARCHAR', (row) => row.segment],
];

interface Flags {
  model: string;
  where?: string;
  like?: string;
  n: number;
  output?: string;
  columns?: string[];
  json?: boolean;
}

export function audienceCommand(signal: AbortSignal): Command {
  return new Command('audience')
    .description('Users who meet a condition, or who are like the users of a list.')
    .requiredOption('--model <file>', 'what `cameo profile --events … --save` kept')
    .option('--where <condition>', `an SQL expression over the profiles, such as "segment = 'champions' AND monetary > 1000"`)
    .option('--like <file>', "user ids, one a line, or '-' for standard input: finds the users most like them")
    .option('-n <N>', 'how many with --like', whole(1, 10_000_000), 100)
    .option('-o, --output <file>', 'their profiles as .arrow, .jsonl, .csv (or .csv.gz) or .parquet instead of printing ids')
    .option('--columns <columns>', 'of -o: which of the profile, separated by commas (default: behaviour)', names)
    .option('--json', 'print one JSON object')
    .addHelpText('after', () => `\n${wrap(TRUST, process.stdout.columns || 80)}`)
    .action(async (flags: Flags) => {
      const { model, where, like, output, columns, json } = flags;
      if ((where === undefined) === (like === undefined)) throw errors.invalid('Give either --where CONDITION or --like FILE.');
      if (columns && output === undefined)
        throw errors.invalid('--columns says what -o FILE writes: give -o, or leave --columns out.');
      if (output !== undefined) {
        formatOf(output);
        if (json) throw errors.invalid('--json prints and -o FILE writes: leave one of them out.');
      }
      const sought = like === undefined ? undefined : await readIds(like, signal);
      const profiler = await openModel(model);
      const found: Audience = sought
        ? await profiler.recommender.lookalikes(sought, flags.n)
        : (await meeting(behaviourOf(profiler.sections), where as string)).map((user) => ({ user }));
      if (output === undefined) {
        process.stdout.write(json ? inJson(found, where) : inLines(found));
        return;
      }
      const score = sought && Float64Array.from(found, (each) => each.score as number);
      await writeChosen(profiler, output, {
        users: found.map(({ user }) => user),
        columns:
          columns ?? profiler.sections.find((section) => section instanceof BehaviourSection)?.fields.map(({ name }) => name),
        attributes: score && [{ name: 'likeness', kind: 'number', values: score } as Column],
        signal,
      });
    });
}

/** With `score` where they were found by likeness: the cosine with the mean of those given. */
type Audience = { user: string; score?: number }[];

const inJson = (users: Audience, where: string | undefined): string =>
  `${JSON.stringify(where === undefined ? { users } : { where, count: users.length, users: users.map(({ user }) => user) })}\n`;

const inLines = (users: Audience): string =>
  users.map(({ user, score }) => `${score === undefined ? '' : `${score.toFixed(3)}  `}${plain(user, 1000)}\n`).join('');

/** Ids of the users who meet the condition, in the order of the model. @throws CameoError 'argument' for a condition that is none */
export async function meeting(behaviour: Behaviour | undefined, where: string): Promise<string[]> {
  if (!behaviour) throw errors.modelFile('behaviour', 'a model made by `cameo profile --events`', 'none');
  await using database = await openDatabase();
  const { connection } = database;
  const rows = behaviour.users.map((_, u) => {
    const row = behaviourRow(behaviour, u);
    return Object.fromEntries(COLUMNS.map(([name, , of]) => [name, of(row)]));
  });
  const shape = JSON.stringify([Object.fromEntries(COLUMNS.map(([name, type]) => [name, type]))]);
  const insert = await connection.prepare(
    `CREATE TABLE users AS SELECT unnest(from_json($1::JSON, '${shape}'), max_depth := 2)`,
  );
  insert.bindVarchar(1, JSON.stringify(rows));
  await insert.run();
  await lock(database);
  const known = COLUMNS.map(([name]) => name);
  const condition = await checkExpression(connection, 'where', where, known);
  const found = await connection
    .runAndReadAll(`SELECT user_id FROM users WHERE CAST(${condition} AS BOOLEAN)`)
    .catch((cause) => {
      throw errors.expression('where', cause);
    });
  return (found.getColumns()[0] ?? []) as string[];
}
