/** The service over files, for Deno and Node: the model beside this file or where MODEL says. */
import { readFile } from 'node:fs/promises';
import { Profiler } from 'cameo/edge';
import type { Hono } from 'hono';
import { createApp } from './app.js';

export function open(env: Record<string, string | undefined>): Hono {
  const load = async () => {
    const wasm = await readFile(new URL(import.meta.resolve('cameo/kernels/simd.wasm')));
    return Profiler.load(await readFile(env.MODEL ?? new URL('./model.cameo', import.meta.url)), { wasm });
  };
  return createApp({ load, tokens: (env.TOKENS ?? '').split(',').filter(Boolean) });
}
