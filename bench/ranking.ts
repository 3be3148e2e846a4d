/**
 * Recommendations on Online Retail: popularity, BPR of this project and BPR of the `implicit` package at the same rank.
 *
 * Protocol: temporal leave-last-out. Of every customer with at least two invoices, the last invoice is held out; relevant
 * are its items that the customer had not bought before. Every item that the customer has not bought is ranked (full
 * ranking), and the lists are cut at 10.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import {
  createEngine,
  evaluateRanking,
  MatrixFactorization,
  type MatrixFactorizationOptions,
  type RankingEvaluation,
} from '../src/index.js';
import { python } from './support.js';

const FILE = '../shared/data/online_retail.parquet';
const RANK = 64;
/** Chosen on the customers of even number among some twenty settings. */
const OPTIONS: [name: string, MatrixFactorizationOptions][] = [
  ['BPR', { loss: 'bpr', epochs: 40, learningRate: 0.02, learningRateDecay: 0, regularization: 0.01 }],
  [
    'logistic',
    { loss: 'logistic', epochs: 15, learningRate: 0.02, learningRateDecay: 0.01, regularization: 0.01, initScale: 0.05 },
  ],
];

/** Training pairs with the days since the first purchase of each, and the relevant items of each held-out customer. */
export async function leaveLastInvoiceOut() {
  const duckdb = await (await DuckDBInstance.create(':memory:')).connect();
  await duckdb.run(`
    CREATE TABLE lines AS SELECT CustomerID AS customer, StockCode AS item, InvoiceNo AS invoice, min(InvoiceDate) AS time
      FROM '${FILE}' WHERE CustomerID IS NOT NULL AND Quantity > 0 AND UnitPrice > 0 GROUP BY ALL;
    CREATE TABLE last AS SELECT customer, arg_max(invoice, (time, invoice)) AS invoice FROM lines
      GROUP BY customer HAVING count(DISTINCT invoice) >= 2;
    CREATE TABLE held AS SELECT l.customer, l.item FROM lines l JOIN last USING (customer, invoice);
    CREATE TABLE train AS SELECT l.customer, l.item, min(time) AS time FROM lines l ANTI JOIN last USING (customer, invoice) GROUP BY ALL;
    CREATE TABLE users AS SELECT customer, row_number() OVER (ORDER BY customer) - 1 AS id FROM (SELECT DISTINCT customer FROM train);
    CREATE TABLE items AS SELECT item, row_number() OVER (ORDER BY item) - 1 AS id FROM (SELECT DISTINCT item FROM train);
  `);
  const pairs = async (table: string) => {
    const query = `SELECT u.id::INTEGER, i.id::INTEGER FROM ${table} t JOIN users u USING (customer) JOIN items i USING (item) ORDER BY 1, 2`;
    return (await duckdb.runAndReadAll(query)).getColumns() as [number[], number[]];
  };
  const [users, items] = await pairs('train');
  const [heldUsers, heldItems] = await pairs('(FROM held ANTI JOIN train USING (customer, item))');
  const relevant = new Map<number, number[]>();
  heldUsers.forEach((u, t) => {
    relevant.set(u, [...(relevant.get(u) ?? []), heldItems[t]]);
  });
  const days = `SELECT (SELECT max(epoch(time::TIMESTAMP)) FROM train) / 86400 - epoch(t.time::TIMESTAMP) / 86400
    FROM train t JOIN users u USING (customer) JOIN items i USING (item) ORDER BY u.id, i.id`;
  const [ages] = (await duckdb.runAndReadAll(days)).getColumns() as [number[]];
  return { users, items, ages, nUsers: Math.max(...new Set(users)) + 1, nItems: Math.max(...new Set(items)) + 1, relevant };
}

export async function ranking(): Promise<void> {
  if (!existsSync(FILE)) {
    console.log(`ranking: skipped, ${FILE} is absent`);
    return;
  }
  const { users, items, nUsers, nItems, relevant } = await leaveLastInvoiceOut();
  const asked = [...relevant.keys()];
  const wanted = asked.map((u) => relevant.get(u) as number[]);
  console.log(`Online Retail: ${users.length} pairs, ${nUsers} customers, ${nItems} items, ${asked.length} customers held out`);
  const show = (name: string, { hitRate, ndcg, recall, map }: RankingEvaluation, note = '') =>
    console.log(
      `${name.padEnd(48)} hit rate ${hitRate.toFixed(4)}, NDCG ${ndcg.toFixed(4)}, recall ${recall.toFixed(4)}, MAP ${map.toFixed(4)} at 10   ${note}`,
    );

  await using engine = await createEngine();
  const had = new Map<number, Set<number>>();
  users.forEach((u, t) => {
    if (!had.has(u)) had.set(u, new Set());
    had.get(u)?.add(items[t]);
  });
  const count = new Float64Array(nItems);
  for (const i of items) count[i]++;
  const popular = [...count.keys()].sort((a, b) => count[b] - count[a]);
  show(
    'popularity',
    evaluateRanking(
      asked.map((u) => popular.filter((i) => !had.get(u)?.has(i)).slice(0, 10)),
      wanted,
    ),
  );
  for (const [name, options] of OPTIONS) {
    for (const seed of [1, 2, 3]) {
      const start = performance.now();
      const model = await new MatrixFactorization({ engine, ...options, rank: RANK, seed }).fit({ users, items });
      const seconds = (performance.now() - start) / 1000;
      const lists = (await model.recommend(asked)).map(({ ids }) => ids);
      show(`${name}, rank ${RANK}, seed ${seed}`, evaluateRanking(lists, wanted), `${seconds.toFixed(2)} s`);
    }
  }
  if (!python || spawnSync(python, ['-c', 'import implicit']).status !== 0) {
    console.log('implicit is not installed here');
    return;
  }
  for (const seed of [1, 2, 3]) {
    const job = join(mkdtempSync(join(tmpdir(), 'cameo-bench-')), 'job.json');
    writeFileSync(job, JSON.stringify({ users, items, nUsers, nItems, rank: RANK, iterations: 100, seed, asked }));
    const peer = JSON.parse(execFileSync(python, ['bench/peers/implicit_bpr.py', job], { encoding: 'utf8', maxBuffer: 1e9 }));
    show(`implicit's BPR, rank ${RANK}, seed ${seed}`, evaluateRanking(peer.lists, wanted), `${peer.seconds.toFixed(2)} s`);
  }
}
