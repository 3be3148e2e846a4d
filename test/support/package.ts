/** The package as it is published: packed by npm and unpacked into node_modules of a folder, with this checkout's dependencies. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/**
 * Nothing is fetched: the packages beside it are links to those of this checkout.
 * @param folder becomes a project of modules
 * @param more packages besides those that the package depends on, such as TypeScript
 * @returns where it stands, and the files that are in it
 */
export function installPackage(folder: string, more: readonly string[]): { installed: string; files: string[] } {
  const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
  const [{ filename, files }] = JSON.parse(execFileSync('npm', pack, { encoding: 'utf8' })) as {
    filename: string;
    files: { path: string }[];
  }[];
  const installed = join(folder, 'node_modules/cameo');
  mkdirSync(installed, { recursive: true });
  execFileSync('tar', ['xzf', join(folder, filename), '-C', installed, '--strip-components', '1']);
  for (const name of [...dependencies(), ...more]) {
    const link = join(folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(resolve('node_modules', name), link);
  }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module", "private": true }');
  return { installed, files: files.map(({ path }) => path) };
}

/** Names of the packages that an installation brings: no development, no peers, and nothing of other systems than this. */
function dependencies(): string[] {
  const { packages } = JSON.parse(readFileSync('node_modules/.package-lock.json', 'utf8')) as {
    packages: Record<string, { dev?: boolean; devOptional?: boolean; peer?: boolean }>;
  };
  return Object.entries(packages)
    .filter(([, { dev, devOptional, peer }]) => !dev && !devOptional && !peer)
    .map(([path]) => path.slice('node_modules/'.length))
    .filter((name) => !name.includes('/node_modules/'));
}
