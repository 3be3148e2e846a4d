/** What a job found in events, for people. */
import type { RankingEvaluation } from '../metrics/ranking.js';
import type { Choice } from '../recommend/recommender.js';
import type { EventCounts } from '../table/events.js';
import type { EventReport } from './report.js';
import { bar, columns, plain } from './terminal.js';

const CAUSES: [keyof EventCounts, string][] = [
  ['noUser', 'without a user'],
  ['noItem', 'without an item'],
  ['noTime', 'without a time'],
  ['badTime', 'whose time cannot be read'],
  ['farTime', 'whose time is outside the years 1 to 9999'],
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
    `${number(report.users)} users, ${report.items === null ? '' : `${number(report.items)} items, `}${number(events.used)} of ${number(events.rows)} events up to ${report.asOf}`,
    left.length > 0 ? `Left out: ${left.join(', ')}.` : '',
    `Segments\n${shares(report.segments)}`,
    `Lifecycle\n${shares(report.lifecycle)}`,
  ];
  if (report.choice) paragraphs.push(choiceParagraph(report.choice));
  if (evaluation) {
    const rankings = rankingsOf(evaluation);
    const rows = rankings.map(([name, { hitRate, ndcg, recall, map }]) => [
      name === evaluation.chosen ? `${name} (chosen)` : name,
      ...[hitRate, ndcg, recall, map].map((v) => v.toFixed(4)),
    ]);
    paragraphs.push(
      `Recommendations: ${evaluation.protocol}, at ${evaluation.n}, ${number(rankings[0][1].users)} users\n` +
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

function choiceParagraph({ recommender, protocol, candidates, seconds }: Choice): string {
  const rows = candidates.map(({ recommender: name, ndcg, hitRate, seconds, note }) =>
    ndcg === null || hitRate === null
      ? [name, '', '', '', plain(note ?? '', 100)]
      : [name, ndcg.toFixed(4), hitRate.toFixed(4), `${seconds.toFixed(2)} s`, name === recommender ? 'chosen' : ''],
  );
  const table = rows.length > 0 ? `\n${columns([['', 'NDCG', 'hit rate', 'took', ''], ...rows])}` : '';
  return `Recommender: ${recommender}, ${protocol}, in ${seconds.toFixed(2)} s${table}`;
}

/** The recommender and those beside it, by name. */
const rankingsOf = (evaluation: object): [string, RankingEvaluation][] =>
  Object.entries(evaluation).filter(([, value]) => typeof value === 'object' && value !== null && 'hitRate' in value);
