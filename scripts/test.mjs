// Runs every test file below dist/test with uvu, one process a file, and ends with `N passed, N failed`.
// Arguments filter the files by a part of their path.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';

const filters = process.argv.slice(2);
const files = readdirSync('dist/test', { recursive: true })
  .map((file) => `dist/test/${file}`)
  .filter((file) => file.endsWith('.test.js') && filters.every((part) => file.includes(part)))
  .sort();

let passed = 0;
let failed = 0;
for (const file of files) {
  console.log(`\n${file}`);
  const { stdout, stderr, status } = spawnSync(process.execPath, [file], { encoding: 'utf8' });
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  const total = Number(/Total:\s+(\d+)/.exec(stdout)?.[1] ?? 0);
  const good = Number(/Passed:\s+(\d+)/.exec(stdout)?.[1] ?? 0);
  const skipped = Number(/Skipped:\s+(\d+)/.exec(stdout)?.[1] ?? 0);
  passed += good;
  // A file that crashed, or neither ran nor skipped anything, has failed.
  failed += Math.max(total - good, status === 0 && total + skipped > 0 ? 0 : 1);
}
if (files.length === 0) failed++;
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
