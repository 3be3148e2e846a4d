/** `cameo profile --events`: from an event log to behaviour and recommendations of every user. */
import type { Command } from 'commander';
import { errors } from '../errors.js';
import { type EventCounts, readEvents } from '../io/events.js';
import { formatOf, PendingFile } from '../io/pending-file.js';
import { behaviourOf } from '../profile/behaviour.js';
import { evaluateRecommender, type RecommenderEvaluation } from '../profile/evaluate-recommender.js';
import { tastesOf } from '../profile/preferences.js';
import { Recommender } from '../profile/recommender.js';
import { type EngineFlags, names, type OutputFlags, startEngine, whole } from './options.js';
import { bar, columns, ProgressLine, plain } from './terminal.js';

export interface EventFlags extends EngineFlags, OutputFlags {
  events: string;
  user?: string;
  item?: string;
  time?: string;
  value?: string;
  label?: string;
  where?: string;
  prefer?: string[];
  asOf?: string;
  recommendations: number;
  evaluate?: boolean;
  seed: number;
  save?: string;
  output?: string;
}

export const withEvents = (command: Command): Command =>
  command
    .option('--events <file>', 'a log of events: .csv, .json, .jsonl (each also .gz), .parquet, or a glob of such files')
    .option('--user <column>', 'of the events: who')
    .option('--item <column>', 'of the events: what')
    .option('--time <column>', 'of the events: when')
    .option('--value <expression>', "of the events: worth, as SQL, such as 'Quantity * UnitPrice'")
    .option('--label <column>', 'of the events: the name of the item')
    .option('--where <condition>', 'of the events: which count, as SQL')
    .option('--prefer <columns>', 'of the events: what users may prefer, such as a category; separated by commas', names)
    .option('--as-of <time>', 'the moment that recency counts back from; later events are left out (default: the last event)')
    .option('--evaluate', 'also measure the recommendations of events on what users did last')
    .option('--recommendations <N>', 'items recommended to each user', whole(1, 1000), 10);

/** Users whose profiles are in memory at a time. */
const BATCH = 2048;

export async function runEvents(flags: EventFlags, signal: AbortSignal) {
  const { user, item, time, output, save } = flags;
  if (user === undefined || item === undefined || time === undefined) {
    throw errors.invalid('--events needs --user, --item and --time: the columns that say who, what and when.');
  }
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
    const { events: path, value, label, where, asOf, prefer: fields = [] } = flags;
    await using events = await readEvents({ path, user, item, time, value, label, where, asOf, fields });
    lap('read');
    line.show({ stage: 'prepare', done: 0, total: 0 });
    const behaviour = await behaviourOf(events);
    const tastes = await tastesOf(events, behaviour, fields);
    lap('prepare');
    if (signal.aborted) throw errors.aborted();
    await using engine = await startEngine(flags);
    const recommender = await Recommender.fit(engine, events, {
      behaviour,
      seed: flags.seed,
      signal,
      onProgress: (epoch, loss) => line.show({ stage: 'train', done: epoch, total: 15, note: `loss ${loss.toFixed(4)}` }),
    });
    lap('train');
    line.show({ stage: 'evaluate', done: 0, total: 0 });
    const evaluation = flags.evaluate
      ? await evaluateRecommender(engine, events, { seed: flags.seed, n: flags.recommendations, signal })
      : null;
    lap('evaluate');
    const { eventBatch, eventSchema } = await import('../table/event-batches.js');
    const { writeArrowStream, writeProfiles } = await import('../io/write.js');
    const batches = async function* () {
      for (let first = 0; first < behaviour.length; first += BATCH) {
        const rows = behaviour.slice(first, first + BATCH);
        const lists = await recommender.recommend(
          rows.map((row) => row.user),
          { n: flags.recommendations, signal },
        );
        yield eventBatch(
          rows.map((row, r) => ({
            ...row,
            ...(tastes.get(row.user) ?? { preferences: [], tags: [] }),
            asOf: events.asOf,
            recommendations: lists[r],
          })),
        );
        line.show({ stage: 'profile', done: Math.min(first + BATCH, behaviour.length), total: behaviour.length });
      }
    };
    if (output === '-') await writeArrowStream(batches(), process.stdout);
    else if (outputFile) await writeProfiles(batches(), eventSchema, outputFile);
    await modelFile?.write(await recommender.save());
    if (signal.aborted) throw errors.aborted();
    await modelFile?.commit();
    await outputFile?.commit();
    lap('write');
    timings.total = (performance.now() - started) / 1000;
    const tally = (of: (row: (typeof behaviour)[0]) => string) => {
      const counts: Record<string, number> = {};
      for (const row of behaviour) counts[of(row)] = (counts[of(row)] ?? 0) + 1;
      return counts;
    };
    return {
      users: behaviour.length,
      items: recommender.items.length,
      events: events.counts,
      asOf: events.asOf,
      segments: tally((row) => row.segment),
      lifecycle: tally((row) => row.lifecycle),
      evaluation,
      timings,
      capabilities: engine.capabilities(),
      model: save ?? null,
      output: output ?? null,
    };
  } finally {
    line.clear();
  }
}

const CAUSES: [keyof EventCounts, string][] = [
  ['noUser', 'without a user'],
  ['noItem', 'without an item'],
  ['badTime', 'whose time cannot be read'],
  ['filtered', 'that do not meet --where'],
  ['afterAsOf', 'after --as-of'],
];

export function eventSummary(report: Awaited<ReturnType<typeof runEvents>>): string {
  const { events } = report;
  const number = (n: number) => n.toLocaleString('en');
  const left = CAUSES.filter(([cause]) => events[cause] > 0).map(([cause, text]) => `${number(events[cause])} ${text}`);
  const shares = (counts: Record<string, number>) => {
    const rows = Object.entries(counts).sort((a, b) => b[1] - a[1]);
    return columns(
      rows.map(([name, count]) => [plain(name), number(count), bar(count, rows[0][1])]),
      [1],
    );
  };
  const evaluation =
    report.evaluation &&
    [
      `Recommendations: ${report.evaluation.protocol}, at ${report.evaluation.n}, ${number(report.evaluation.factorization.users)} users`,
      columns([
        ['', 'hit rate', 'NDCG', 'recall', 'MAP'],
        ...(['factorization', 'itemKnn', 'popularity'] as const).map((name) => {
          const { hitRate, ndcg, recall, map } = (report.evaluation as RecommenderEvaluation)[name];
          return [name === 'itemKnn' ? 'item-kNN' : name, ...[hitRate, ndcg, recall, map].map((v) => v.toFixed(4))];
        }),
      ]),
    ].join('\n');
  const files = [
    report.output && report.output !== '-' ? `Profiles in ${report.output}` : '',
    report.model ? `model in ${report.model}` : '',
  ];
  const times = Object.entries(report.timings)
    .filter(([, s]) => s > 0.005)
    .map(([stage, s]) => `${stage} ${s.toFixed(2)} s`);
  return [
    `${number(report.users)} users, ${number(report.items)} items, ${number(events.used)} of ${number(events.rows)} events up to ${report.asOf}`,
    left.length > 0 ? `Left out: ${left.join(', ')}.` : '',
    `Segments\n${shares(report.segments)}`,
    `Lifecycle\n${shares(report.lifecycle)}`,
    evaluation,
    `${files.filter(Boolean).join(', ')}\n${times.join(', ')}`,
  ]
    .filter(Boolean)
    .join('\n\n')
    .concat('\n');
}
