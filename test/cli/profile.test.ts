/** The command on a table of its own making: what it prints, writes, reads back, and does when stopped. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tableFromArrays, tableFromIPC, tableToIPC } from 'apache-arrow';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readTable } from '../../src/index.js';
import { cameo, folder } from '../support/command.js';
import { generator } from '../support/tables.js';

const cwd = folder();
const next = generator(11);
const users = Array.from({ length: 3000 }, (_, i) => {
  const [visits, spent] = [Math.floor(next() * 9), next() * 100];
  const plan = ['free', 'basic', 'pro'][Math.floor(next() * 3)];
  const churned = next() < 0.2 + 0.4 * Number(visits < 3) - 0.15 * Number(plan === 'pro');
  return { id: `u${i}`, visits, spent: next() < 0.1 ? '' : spent.toFixed(2), plan, churned: churned ? 'yes' : 'no' };
});
const csv = ['id,visits,spent,plan,churned', ...users.map((u) => Object.values(u).join(','))].join('\n');
writeFileSync(join(cwd, 'users.csv'), csv);
const train = ['profile', 'users.csv', '--target', 'churned', '--id', 'id', '--threads', '1'];

test('trains, evaluates, saves and writes; --json is one object of the documented shape', async () => {
  const { code, stdout, stderr } = await cameo([...train, '--save', 'm.cameo', '-o', 'p.arrow', '--cv', '3', '--json'], {
    cwd,
  });
  assert.is(code, 0, stderr);
  const report = JSON.parse(stdout.toString());
  assert.is(stderr, '');
  assert.equal(
    Object.keys(report).filter((key) => !['ignored', 'unknownCategories'].includes(key)),
    [
      'rows',
      'features',
      'target',
      'task',
      'evaluation',
      'decisions',
      'crossValidation',
      'family',
      'candidates',
      'importances',
      'texts',
      'reading',
      'events',
      'warnings',
      'timings',
      'capabilities',
      'model',
      'output',
    ],
  );
  const metrics = 'accuracy balancedAccuracy precision recall f1 rocAuc averagePrecision logLoss brier baselineAccuracy'.split(
    ' ',
  );
  assert.equal(Object.keys(report.evaluation), metrics);
  assert.equal(Object.keys(report.crossValidation.mean), metrics);
  assert.equal([report.rows, report.features, report.target, report.task], [3000, 3, 'churned', 'binary']);
  assert.equal(Object.keys(report.importances[0]), ['feature', 'mean', 'std']);
  assert.equal(
    report.candidates.map(({ family }: { family: string }) => family),
    ['trees', 'small trees', 'network', 'linear'],
  );
  assert.is(report.importances[0].feature, 'visits');
  for (const stage of ['read', 'prepare', 'train', 'evaluate', 'profile', 'write', 'total'])
    assert.ok(report.timings[stage] >= 0);
  assert.equal([report.model, report.output], ['m.cameo', 'p.arrow']);
});

test('a saved model gives the same profiles, in every format, from file and from a stream', async () => {
  const model = ['--model', 'm.cameo', '--quiet', '--threads', '1'];
  for (const output of ['q.arrow', 'q.jsonl', 'q.parquet']) {
    const { code, stdout, stderr } = await cameo(['profile', 'users.csv', ...model, '-o', output], { cwd });
    assert.equal([code, stdout.toString(), stderr], [0, '', '']);
  }
  assert.equal(readFileSync(join(cwd, 'q.arrow')), readFileSync(join(cwd, 'p.arrow')));
  const rows = tableFromIPC(readFileSync(join(cwd, 'p.arrow')))
    .toArray()
    .map((row) => JSON.stringify(row));
  assert.is(rows.length, 3000);
  assert.match(rows[7], /^{"user_id":"u7","score_churned":0\.\d+,"percentile_churned":/);
  assert.equal(readFileSync(join(cwd, 'q.jsonl'), 'utf8').trimEnd().split('\n'), rows);
  const [arrow, parquet] = [await readTable(join(cwd, 'q.arrow')), await readTable(join(cwd, 'q.parquet'))];
  assert.equal(parquet.columns.slice(0, 4), arrow.columns.slice(0, 4));

  const column = <T>(of: (u: (typeof users)[0]) => T) => users.map(of);
  const stream = tableToIPC(
    tableFromArrays({
      id: column((u) => u.id),
      visits: Int32Array.from(users, (u) => u.visits),
      spent: column((u) => (u.spent === '' ? null : Number(u.spent))),
      plan: column((u) => u.plan),
    }),
    'stream',
  );
  const { code, stdout, stderr } = await cameo(['profile', '-', ...model, '-o', '-'], { cwd, input: stream });
  assert.is(code, 0, stderr);
  const piped = tableFromIPC(stdout)
    .toArray()
    .map((row) => JSON.stringify(row));
  assert.equal(piped, rows);
});

test('fit saves the same model; the summary and the descriptions are for people', async () => {
  const { code, stdout, stderr } = await cameo(['fit', ...train.slice(1), '--cv', '3', '--save', 'n.cameo'], { cwd });
  assert.is(code, 0, stderr);
  assert.match(
    stdout.toString(),
    /3,000 users, 3 features[\s\S]*accuracy[\s\S]*always the larger class[\s\S]*visits .*█[\s\S]*total/,
  );
  assert.equal(readFileSync(join(cwd, 'n.cameo')), readFileSync(join(cwd, 'm.cameo')));
  const shown = await cameo(['profile', 'users.csv', '--model', 'm.cameo'], { cwd });
  assert.match(shown.stdout.toString(), /Reasons, the three strongest\n {2}user u\d+: 0\.\d+ \((yes|no)\)/);
  const model = await cameo(['inspect', 'm.cameo'], { cwd });
  assert.match(model.stdout.toString(), /kind: model[\s\S]*target: name churned[\s\S]*plan +basic, free, pro[\s\S]*rocAuc/);
  const profiles = await cameo(['inspect', 'p.arrow', '--json'], { cwd });
  const description = JSON.parse(profiles.stdout.toString());
  assert.equal([description.kind, description.rows, description.metadata['cameo.task']], ['profiles', 3000, 'binary']);
  const doctor = await cameo(['doctor', '--threads', '1']);
  assert.match(doctor.stdout.toString(), /kernels +\S+-shared[\s\S]*SIMD +in use/);
});

test('the article’s preset prints accuracy to two decimals and ranks by signed weight', async () => {
  const { stdout } = await cameo([...train, '--preset', 'article', '--max-iter', '30'], { cwd });
  assert.match(stdout.toString(), /accuracy +0\.\d\d {2}always/);
  assert.match(stdout.toString(), /mean first-layer weight, a heuristic/);
});

test('--help everywhere, and the version', async () => {
  for (const command of [[], ['profile'], ['fit'], ['inspect'], ['doctor']]) {
    const { code, stdout, stderr } = await cameo([...command, '--help']);
    assert.equal([code, stderr], [0, '']);
    assert.match(stdout.toString(), /^Usage: cameo/);
  }
  const { stdout } = await cameo(['--version']);
  assert.is(stdout.toString().trim(), JSON.parse(readFileSync('package.json', 'utf8')).version);
});

test('interrupted, it says so, ends with 130 and leaves no file', async () => {
  const before = readdirSync(cwd).sort();
  const long = [...train, '--preset', 'article', '--hidden', '600,600', '--save', 'x.cameo', '-o', 'x.arrow'];
  // The temporary files are the sign that work has begun.
  const begun = () => readdirSync(cwd).some((name) => name.endsWith('.tmp'));
  const { code, stdout, stderr } = await cameo(long, { cwd, interrupt: begun });
  assert.equal([code, stdout.toString()], [130, '']);
  assert.match(stderr, /Stopped\. Nothing was written/);
  assert.equal(readdirSync(cwd).sort(), before);
});

test.run();
