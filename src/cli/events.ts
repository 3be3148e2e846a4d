/** `cameo profile --events`: options of an event log, and what is shared by profiles from events alone and beside a table. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import type { Behaviour } from '../events/behaviour.js';
import { type EventCounts, type EventLog, type Events, readEvents } from '../io/events.js';
import { formatOf, PendingFile } from '../io/pending-file.js';
import { EventProfiles } from '../profile/event-profiles.js';
import { EPOCHS } from '../profile/recommender.js';
import { evaluateRecommender, type RecommenderEvaluation } from '../recommend/evaluate.js';
import { type EngineFlags, names, type OutputFlags, startEngine, whole } from './options.js';
import { bar, columns, ProgressLine, plain } from './terminal.js';

export interface EventFlags extends EngineFlags, OutputFlags {
  events?: string;
  query?: string;
  user?: string;
  item?: string;
  time?: string;
  value?: string;
  label?: string;
  where?: string;
  cancelled?: string;
  distinct?: boolean;
  orders?: string;
  weight?: string;
  rating?: string;
  price?: string;
  prefer?: string[];
  asOf?: string;
  halfLife?: number;
  recommendations: number;
  evaluate?: boolean;
  split: 'last' | 'random';
  negatives: number;
  seed: number;
  save?: string;
  output?: string;
}

/** Users whose profiles are in memory at a time. */
const BATCH = 2048;

function days(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < 1e6)) throw new InvalidArgumentError('Expected a number of days above 0.');
  return value;
}

export const withEvents = (command: Command): Command =>
  command
    .option(
      '--events <source>',
      'a log of events: .csv, .json, .jsonl (each also .gz), .parquet, a glob of such files, a .duckdb file, or postgres://…',
    )
    .option('--query <sql>', 'of a database of events: what gives them')
    .option('--user <column>', 'of the events: who')
    .option('--item <column>', 'of the events: what')
    .option('--time <column>', 'of the events: when')
    .option('--value <expression>', "of the events: worth, as SQL, such as 'Quantity * UnitPrice'")
    .option('--label <column>', 'of the events: the name of the item')
    .option('--where <condition>', 'of the events: which count, as SQL')
    .option('--cancelled <condition>', 'of the events: which are cancelled orders, as SQL; they are left out')
    .option('--distinct', 'of the events: rows that are alike in every column count once')
    .option('--orders <condition>', 'of the events: which are orders, the others being views, as SQL (default: all)')
    .option('--weight <expression>', 'of the events: how much each tells of taste, as SQL (default: 1)')
    .option('--rating <expression>', 'of the events: how the user rated the item, as SQL; recommends by predicted ratings')
    .option('--price <expression>', 'of the events: price of a piece, as SQL; adds price bands to the preferences')
    .option('--prefer <columns>', 'of the events: what users may prefer, such as a category; separated by commas', names)
    .option(
      '--as-of <time>',
      'the moment that recency counts back from; events from then on are left out (default: the last event)',
    )
    .option('--half-life <days>', 'age at which an event counts half for recommendations', days)
    .option('--evaluate', 'also measure the recommendations of events on what was held out')
    .addOption(
      new Option('--split <split>', 'what --evaluate holds out: last orders, or pairs at random')
        .choices(['last', 'random'])
        .default('last'),
    )
    .option('--negatives <N>', '--evaluate ranks against this many sampled items (0: against all)', whole(0, 1_000_000), 0)
    .option('--recommendations <N>', 'items recommended to each user', whole(1, 1000), 10);

/** The log that the options describe. */
export function eventLogOf(flags: EventFlags): EventLog {
  const { events: path, user, item, time, query, value, label, where, cancelled, distinct, orders } = flags;
  const { weight, rating, price, asOf, prefer: fields } = flags;
  if (path === undefined || user === undefined || item === undefined || time === undefined) {
    throw errors.invalid('--events needs --user, --item and --time: the columns that say who, what and when.');
  }
  const expressions = { value, where, cancelled, orders, weight, rating, price };
  return { path, user, item, time, query, label, distinct, asOf, fields, ...expressions };
}

export interface EventReport {
  users: number;
  items: number;
  events: EventCounts;
  asOf: string;
  segments: Record<string, number>;
  lifecycle: Record<string, number>;
  evaluation: RecommenderEvaluation | null;
}

/** Profiles of the events' users and what to report of them. `line` shows the progress. */
export async function fitEvents(
  engine: Engine,
  events: Events,
  flags: EventFlags,
  line: Pick<ProgressLine, 'show'>,
  signal: AbortSignal,
): Promise<{ profiles: EventProfiles; report: EventReport }> {
  const { seed, halfLife, prefer: fields } = flags;
  const total = events.has.rating ? EPOCHS.ratings : EPOCHS.events;
  const profiles = await EventProfiles.fit(engine, events, {
    fields,
    seed,
    halfLife,
    signal,
    onProgress: (epoch, loss) => line.show({ stage: 'recommend', done: epoch, total, note: `loss ${loss.toFixed(4)}` }),
  });
  if (flags.evaluate) line.show({ stage: 'evaluate', done: 0, total: 0 });
  const { split, negatives, recommendations: n } = flags;
  const evaluation = flags.evaluate
    ? await evaluateRecommender(engine, events, { seed, halfLife, n, split, negatives, signal })
    : null;
  const tally = (of: (row: Behaviour) => string) => {
    const counts: Record<string, number> = {};
    for (const row of profiles.behaviour) counts[of(row)] = (counts[of(row)] ?? 0) + 1;
    return counts;
  };
  const report: EventReport = {
    users: profiles.behaviour.length,
    items: profiles.recommender.items.length,
    events: events.counts,
    asOf: events.asOf,
    segments: tally((row) => row.segment),
    lifecycle: tally((row) => row.lifecycle),
    evaluation,
  };
  return { profiles, report };
}

/** The job of `profile --events` without a table. */
export async function runEvents(flags: EventFlags, signal: AbortSignal) {
  const { output, save } = flags;
  const log = eventLogOf(flags);
  if (output === '-' && flags.json)
    throw errors.invalid('--json and -o - both write to standard output. Leave one of them out.');
  if (output !== undefined && output !== '-') formatOf(output);
  if (output !== undefined && output === save)
    throw errors.invalid(`'${output}' is named twice: model and output must be different files.`);
  const line = new ProgressLine(Boolean(flags.quiet || flags.json));
  const timings: Record<string, number> = {};
  const started = performance.now();
  let since = started;
  const lap = (stage: string) => {
    timings[stage] = (timings[stage] ?? 0) + (performance.now() - since) / 1000;
    since = performance.now();
  };
  await using modelFile = save === undefined ? undefined : await PendingFile.create(save);
  await using outputFile = output === undefined || output === '-' ? undefined : await PendingFile.create(output);
  try {
    line.show({ stage: 'read', done: 0, total: 0 });
    await using events = await readEvents(log, { signal });
    lap('read');
    await using engine = await startEngine(flags);
    const { profiles, report } = await fitEvents(engine, events, flags, line, signal);
    lap('recommend');
    const { eventBatch, eventSchema } = await import('../table/event-batches.js');
    const { writeArrowStream, writeProfiles } = await import('../io/write.js');
    const schema = eventSchema(profiles.recommender.rank);
    const users = profiles.behaviour.map((row) => row.user);
    const batches = async function* () {
      for (let first = 0; first < users.length; first += BATCH) {
        const asked = users.slice(first, first + BATCH);
        yield eventBatch(await profiles.rows(asked, { n: flags.recommendations, signal }), schema);
        line.show({ stage: 'profile', done: Math.min(first + BATCH, users.length), total: users.length });
      }
    };
    if (output === '-') await writeArrowStream(batches(), process.stdout);
    else if (outputFile) await writeProfiles(batches(), schema, outputFile);
    await modelFile?.write(await profiles.recommender.save());
    if (signal.aborted) throw errors.aborted();
    await modelFile?.commit();
    await outputFile?.commit();
    lap('write');
    timings.total = (performance.now() - started) / 1000;
    return { ...report, timings, capabilities: engine.capabilities(), model: save ?? null, output: output ?? null };
  } finally {
    line.clear();
  }
}

const CAUSES: [keyof EventCounts, string][] = [
  ['noUser', 'without a user'],
  ['noItem', 'without an item'],
  ['badTime', 'whose time cannot be read'],
  ['cancelled', 'cancelled'],
  ['filtered', 'that do not meet --where'],
  ['badNumber', 'whose value or weight is no usable number'],
  ['afterAsOf', 'from --as-of on'],
  ['duplicate', 'that stand there twice'],
];

const number = (n: number) => n.toLocaleString('en');

/** The summary of the events for people, in paragraphs. */
export function eventParagraphs(report: EventReport): string[] {
  const { events, evaluation } = report;
  const left = CAUSES.filter(([cause]) => events[cause] > 0).map(([cause, text]) => `${number(events[cause])} ${text}`);
  const shares = (counts: Record<string, number>) => {
    const rows = Object.entries(counts).sort((a, b) => b[1] - a[1]);
    return columns(
      rows.map(([name, count]) => [plain(name), number(count), bar(count, rows[0][1])]),
      [1],
    );
  };
  const paragraphs = [
    `${number(report.users)} users, ${number(report.items)} items, ${number(events.used)} of ${number(events.rows)} events up to ${report.asOf}`,
    left.length > 0 ? `Left out: ${left.join(', ')}.` : '',
    `Segments\n${shares(report.segments)}`,
    `Lifecycle\n${shares(report.lifecycle)}`,
  ];
  if (evaluation) {
    const rows = (['factorization', 'itemKnn', 'popularity'] as const).map((name) => {
      const { hitRate, ndcg, recall, map } = evaluation[name];
      return [name === 'itemKnn' ? 'item-kNN' : name, ...[hitRate, ndcg, recall, map].map((v) => v.toFixed(4))];
    });
    paragraphs.push(
      `Recommendations: ${evaluation.protocol}, at ${evaluation.n}, ${number(evaluation.factorization.users)} users\n` +
        columns([['', 'hit rate', 'NDCG', 'recall', 'MAP'], ...rows]),
    );
    if (evaluation.ratings) {
      const { rmse, mae, baselineRmse, pairs } = evaluation.ratings;
      paragraphs.push(
        `Ratings: RMSE ${rmse.toFixed(4)}, MAE ${mae.toFixed(4)} on ${number(pairs)} held-out ratings; always the mean: RMSE ${baselineRmse.toFixed(4)}`,
      );
    }
  }
  return paragraphs.filter(Boolean);
}

export function eventSummary(report: Awaited<ReturnType<typeof runEvents>>): string {
  const files = [
    report.output && report.output !== '-' ? `Profiles in ${report.output}` : '',
    report.model ? `model in ${report.model}` : '',
  ];
  const times = Object.entries(report.timings)
    .filter(([, s]) => s > 0.005)
    .map(([stage, s]) => `${stage} ${s.toFixed(2)} s`);
  return `${[...eventParagraphs(report), `${files.filter(Boolean).join(', ')}\n${times.join(', ')}`].join('\n\n')}\n`;
}
