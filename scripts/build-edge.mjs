// Bundles the edge entry into one file, dist/edge.js, which package.json names: an isolate, or a cold process, reads one file with what it
// runs and no more, instead of every module and library whole. Names stay readable in stack traces.
import { build } from 'esbuild';

const { metafile } = await build({
  entryPoints: ['dist/src/edge.js'],
  outfile: 'dist/edge.js',
  bundle: true,
  format: 'esm',
  platform: 'neutral',
  mainFields: ['module', 'main'],
  target: 'es2022',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  sourcemap: 'linked',
  metafile: true,
});
const { bytes } = metafile.outputs['dist/edge.js'];
console.log(`dist/edge.js ${(bytes / 1000).toFixed(1)} kB`);
