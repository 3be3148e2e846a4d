// Puts the runtimes that the tests start beside this one into the ignored build/runtimes: Deno, Bun, workerd, Vercel's edge runtime and other
// versions of Node, from
// npm, whose packages hold the programs themselves. What cannot be had is named, and its tests say that they do not run.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';

const folder = 'build/runtimes';
const { platform, arch } = process;
const packages = {
  deno: `deno@npm:@deno/${platform}-${arch}${platform === 'linux' ? '-glibc' : ''}@2`,
  bun: `bun@npm:@oven/bun-${platform}-${arch}@1`,
  workerd: `workerd@npm:@cloudflare/workerd-${platform}-${arch === 'x64' ? '64' : arch}@1`,
  '@edge-runtime/vm': '@edge-runtime/vm@5',
  node22: `node22@npm:node-${platform}-${arch}@22`,
  node24: `node24@npm:node-${platform}-${arch}@24`,
  node26: `node26@npm:node-${platform}-${arch}@26`,
};
mkdirSync(folder, { recursive: true });
if (!existsSync(`${folder}/package.json`)) writeFileSync(`${folder}/package.json`, '{ "private": true }\n');
for (const [name, spec] of Object.entries(packages)) {
  if (existsSync(`${folder}/node_modules/${name}`)) continue;
  const { status } = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--silent', spec], {
    cwd: folder,
  });
  console.log(status === 0 ? `${name} installed` : `${name} could not be installed`);
}
