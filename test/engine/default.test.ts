/** The engine that estimators share: one for the process, made at first use by what the entry provides. */
import { execFileSync } from 'node:child_process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { defaultEngine, Matrix, StandardScaler } from '../../src/index.js';

test('it is one, whoever asks; estimators without an engine use it', async () => {
  const engine = await defaultEngine();
  assert.is(await defaultEngine(), engine);
  const { peak } = engine.memoryStats();
  const scaler = await new StandardScaler().fit(new Matrix([Float32Array.of(1, 3)]));
  assert.equal([...scaler.mean], [2]);
  assert.ok(engine.memoryStats().peak > peak, 'another engine worked');
  await engine.close();
});

test('where the entry provides none, that is said', () => {
  const script = `
    import { defaultEngine } from './dist/src/engine/default.js';
    try { await defaultEngine(); } catch (error) { console.log(error.code + ': ' + error.message); }`;
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  assert.is(said.trim(), 'runtime: There is no process-wide engine here: give one in the options.');
});
test.run();
