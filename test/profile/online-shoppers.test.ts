/** The product on real data: its defaults reach their scores, and the article's preset equals the plain program. */
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type ClassifierEvaluation, createEngine, type FitOptions, Profiler, readTable } from '../../src/index.js';

const FILE = '../shared/data/online_shoppers_intention.csv';
const SEEDS = [42, 43, 44, 45, 46];

async function evaluations(options: Partial<FitOptions>): Promise<ClassifierEvaluation[]> {
  await using engine = await createEngine({ threads: 2, reproducible: true });
  const table = await readTable(FILE);
  assert.equal([table.rows, table.columns.length], [12330, 18]);
  const profilers = await Promise.all(
    SEEDS.map((seed) => Profiler.fit(engine, { table }, { target: 'Revenue', seed, ...options })),
  );
  return profilers.map(({ summary }) => summary.evaluation as ClassifierEvaluation);
}
const mean = (of: ClassifierEvaluation[], name: keyof ClassifierEvaluation) =>
  of.reduce((sum, e) => sum + e[name], 0) / of.length;

if (!existsSync(FILE)) {
  console.log(`skipped: ${FILE} is absent`);
  test.skip('the online shoppers', () => {});
} else {
  test('defaults, seeds 42 to 46: mean ROC AUC at least 0.925, average precision at least 0.72', async () => {
    const runs = await evaluations({});
    const [auc, precision] = [mean(runs, 'rocAuc'), mean(runs, 'averagePrecision')];
    console.log(`mean ROC AUC ${auc.toFixed(4)}, average precision ${precision.toFixed(4)}`);
    assert.ok(auc >= 0.925 && precision >= 0.72);
  });

  test('the article’s preset, seeds 42 to 46: mean accuracy within 0.01 of the same program in scikit-learn', async () => {
    const { accuracy } = JSON.parse(readFileSync('test/fixtures/article.json', 'utf8')) as { accuracy: number[] };
    const theirs = accuracy.reduce((a, b) => a + b, 0) / accuracy.length;
    const ours = mean(await evaluations({ preset: 'article' }), 'accuracy');
    console.log(`mean accuracy ${ours.toFixed(4)}, scikit-learn ${theirs.toFixed(4)}`);
    assert.ok(Math.abs(ours - theirs) <= 0.01);
  });
}

test.run();
