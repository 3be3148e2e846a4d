/** What a job found in events, for people. */
import type { RankingEvaluation } from '../metrics/ranking.js';
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
  if (evaluation) {
    const rankings = rankingsOf(evaluation);
    const rows = rankings.map(([name, { hitRate, ndcg, recall, map }]) => [
      name,
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

/** The recommender and those beside it, by name. */
const rankingsOf = (evaluation: object): [string, RankingEvaluation][] =>
  Object.entries(evaluation).filter(([, value]) => typeof value === 'object' && value !== null && 'hitRate' in value);
