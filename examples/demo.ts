/**
 * The main job, on a made-up shop or on a table of yours:
 *
 *     npm run demo
 *     npm run demo -- FILE --target COLUMN
 *
 * Whatever `cameo profile` takes may follow. The files go to demo/.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { syntheticShop } from './synthetic-shop.js';

mkdirSync('demo', { recursive: true });
let job = process.argv.slice(2);
if (job.length === 0) {
  writeFileSync('demo/shop.csv', syntheticShop());
  job = ['demo/shop.csv', '--target', 'churned', '--id', 'user_id'];
}
const args = ['profile', ...job, '--save', 'demo/model.cameo', '-o', 'demo/profiles.arrow'];
console.log(`\n$ npx cameo ${args.join(' ')}\n`);
const main = fileURLToPath(new URL('../src/command/main.js', import.meta.url));
const { status } = spawnSync(process.execPath, [main, ...args], { stdio: 'inherit' });
process.exitCode = status ?? 1;
