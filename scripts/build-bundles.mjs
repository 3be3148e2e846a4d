// Bundles what starts cold, so that a process reads few files with what it runs instead of every module:
//
//     dist/edge.js            the edge entry, with its libraries; names stay readable in stack traces
//     dist/src/command/       the command's two threads and its workers; packages stay outside, and what is loaded late stays in files of its own
//
// The command's folder is as deep as the modules that look for kernels beside themselves.
import { readFileSync } from 'node:fs';
import { build } from 'esbuild';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const common = {
  bundle: true,
  format: 'esm',
  target: 'es2022',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  sourcemap: 'linked',
  metafile: true,
};

/** src/version.ts looks for package.json from where it stands. */
const versions = {
  name: 'version',
  setup: (esbuild) => {
    esbuild.onLoad({ filter: /dist\/src\/version\.js$/ }, () => ({
      contents: `export const version = ${JSON.stringify(version)};`,
    }));
  },
};

const results = await Promise.all([
  build({
    ...common,
    entryPoints: ['dist/src/edge.js'],
    outfile: 'dist/edge.js',
    platform: 'neutral',
    mainFields: ['module', 'main'],
  }),
  build({
    ...common,
    entryPoints: { main: 'dist/src/cli/main.js', command: 'dist/src/cli/command.js', worker: 'dist/src/scheduler/worker.js' },
    outdir: 'dist/src/command',
    platform: 'node',
    packages: 'external',
    splitting: true,
    plugins: [versions],
  }),
]);
for (const { metafile } of results) {
  for (const [file, { bytes, entryPoint }] of Object.entries(metafile.outputs))
    if (entryPoint && /(edge|main|command|worker)\.js$/.test(file)) console.log(`${file} ${(bytes / 1000).toFixed(1)} kB`);
}
