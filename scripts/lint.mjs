// `npm run lint`: formatter and linter over all sources (biome.json), then which part may import which
// (dependencies.mjs).
// With --write what can be mended is.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { violationsOf } from './dependencies.mjs';

const write = process.argv.includes('--write') ? ['--write'] : [];

function run(tool, args, cwd = '.') {
  const { status } = spawnSync(process.execPath, [resolve('node_modules', tool), ...args], { cwd, stdio: 'inherit' });
  return status === 0;
}
const biome = (path, cwd) => run('@biomejs/biome/bin/biome', ['check', '--error-on-warnings', ...write, path], cwd);

/** The kernels: AssemblyScript's decorators, which biome does not know on functions, stand as comments in a copy that it reads. */
function assembly() {
  const copy = mkdtempSync(join(tmpdir(), 'cameo-lint-'));
  try {
    const config = { ...JSON.parse(readFileSync('biome.json', 'utf8')), vcs: {}, files: { includes: ['assembly/**'] } };
    writeFileSync(join(copy, 'biome.json'), JSON.stringify(config));
    const names = readdirSync('assembly', { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name));
    for (const name of names) {
      mkdirSync(dirname(join(copy, name)), { recursive: true });
      if (!name.endsWith('.ts')) copyFileSync(name, join(copy, name));
      else writeFileSync(join(copy, name), readFileSync(name, 'utf8').replace(/^@(\w+)$/gm, '//@$1'));
    }
    const good = biome('assembly', copy);
    for (const name of write.length > 0 ? names : [])
      writeFileSync(name, readFileSync(join(copy, name), 'utf8').replace(/^\/\/@(\w+)$/gm, '@$1'));
    return good;
  } finally {
    rmSync(copy, { recursive: true });
  }
}

/** Who imports whom, by rule. */
async function dependencies() {
  const violations = await violationsOf('.');
  for (const rule of new Set(violations.map(({ rule }) => rule))) {
    const those = violations.filter((violation) => violation.rule === rule);
    console.log(`\nimports: ${rule}. ${those[0].comment}`);
    for (const { from, way } of those) console.log(`  ${[from, ...way].join(' → ')}`);
  }
  console.log(`imports: ${violations.length} against the rules`);
  return violations.length === 0;
}

// All of them, so that one run says all there is to mend.
const good = [biome('.'), assembly(), await dependencies()];
process.exitCode = good.every(Boolean) ? 0 : 1;
