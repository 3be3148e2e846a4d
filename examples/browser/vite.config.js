// The page with the headers that let it share memory among Web Workers: `npm run page` serves it, `vite build` bundles it.
import { fileURLToPath } from 'node:url';

const headers = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };
const root = fileURLToPath(new URL('.', import.meta.url));

export default {
  root,
  base: './',
  resolve: { alias: { 'cameo/browser': fileURLToPath(new URL('../../dist/src/browser.js', import.meta.url)) } },
  worker: { format: 'es' },
  server: { headers, fs: { allow: ['../..'] } },
  preview: { headers },
  build: { outDir: '../../build/page', emptyOutDir: true, target: 'es2022' },
};
