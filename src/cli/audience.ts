/** `cameo audience`: the users of a model who meet a condition, or who are like given ones. */
import { Command } from 'commander';
import { errors } from '../errors.js';
import { type Behaviour, type BehaviourRow, behaviourRow } from '../events/behaviour.js';
import { readWhole } from '../io/bytes.js';
import { lock, openDatabase } from '../io/duckdb.js';
import { checkExpression } from '../io/expression.js';
import { behaviourOf } from '../profile/sections.js';
import { openModel } from './open-model.js';
import { whole } from './options.js';
import { plain } from './terminal.js';

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
  json?: boolean;
}

export function audienceCommand(): Command {
  return new Command('audience')
    .description('Users who meet a condition, or who are like the users of a list.')
    .requiredOption('--model <file>', 'what `cameo profile --events … --save` kept')
    .option('--where <condition>', `an SQL expression over the profiles, such as "segment = 'champions' AND monetary > 1000"`)
    .option('--like <file>', 'user ids, one a line: finds the users most like them')
    .option('-n <N>', 'how many with --like', whole(1, 10_000_000), 100)
    .option('--json', 'print one JSON object')
    .action(async ({ model, where, like, n, json }: Flags) => {
      if ((where === undefined) === (like === undefined)) throw errors.invalid('Give either --where CONDITION or --like FILE.');
      const profiler = await openModel(model);
      if (where !== undefined) {
        const users = await meeting(behaviourOf(profiler.sections), where);
        process.stdout.write(
          json
            ? `${JSON.stringify({ where, count: users.length, users })}\n`
            : users.map((u) => `${plain(u, 1000)}\n`).join(''),
        );
        return;
      }
      const ids = (await readWhole(like as string))
        .toString()
        .split('\n')
        .map((id) => id.trim());
      const users = await profiler.recommender.lookalikes(
        ids.filter((id) => id !== ''),
        n,
      );
      process.stdout.write(
        json ? `${JSON.stringify({ users })}\n` : users.map((u) => `${u.score.toFixed(3)}  ${plain(u.user, 1000)}\n`).join(''),
      );
    });
}

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
  const names = COLUMNS.map(([name]) => name);
  const condition = await checkExpression(connection, 'where', where, names);
  const found = await connection
    .runAndReadAll(`SELECT user_id FROM users WHERE CAST(${condition} AS BOOLEAN)`)
    .catch((cause) => {
      throw errors.expression('where', cause);
    });
  return (found.getColumns()[0] ?? []) as string[];
}
