/** Every example runs as the README says, from the checkout. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { folder } from '../support/command.js';

const cwd = folder();

const run = (file: string, ...args: string[]) =>
  execFileSync(process.execPath, [resolve('dist/examples', file), ...args], { cwd, encoding: 'utf8' });

test('library.ts trains, profiles and answers for one visitor', () => {
  const text = run('library.js');
  assert.match(text, /rocAuc: 0\.[789]/);
  assert.match(text, /2000 profiles/);
  assert.match(text, /user_id: 'me'[\s\S]*prediction_churned: '(yes|no)'/);
});

test('demo.ts runs the main job on the made-up shop and on a file', () => {
  const text = run('demo.js');
  assert.match(text, /20,000 users[\s\S]*ROC AUC +0\.[89]/);
  assert.ok(existsSync(join(cwd, 'demo/profiles.arrow')) && existsSync(join(cwd, 'demo/model.cameo')));
  assert.match(
    run('demo.js', 'demo/shop.csv', '--target', 'age', '--ignore', 'user_id'),
    /regression[\s\S]*mean absolute error/,
  );
});

test.run();
