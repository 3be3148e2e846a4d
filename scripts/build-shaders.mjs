// Gathers src/webgpu/*.wgsl into dist/src/webgpu/shaders.js, which src/webgpu/shaders.d.ts declares. Comments stay out.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';

const from = 'src/webgpu';
const shaders = Object.fromEntries(
  readdirSync(from)
    .filter((file) => file.endsWith('.wgsl'))
    .sort()
    .map((file) => [
      file.slice(0, -'.wgsl'.length),
      readFileSync(`${from}/${file}`, 'utf8')
        .replace(/\/\/.*$/gm, '')
        .replace(/\n\s*\n/g, '\n')
        .trim(),
    ]),
);
mkdirSync('dist/src/webgpu', { recursive: true });
writeFileSync('dist/src/webgpu/shaders.js', `export const shaders = ${JSON.stringify(shaders, null, 1)};\n`);
