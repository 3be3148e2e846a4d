/**
 * The service on Cloudflare's workerd: model and kernels are modules of the bundle, tokens come from the environment.
 *
 *     cameo fit shoppers.csv --target Revenue --save examples/worker/model.cameo
 *     npx esbuild examples/worker/workerd.ts --bundle --format=esm --conditions=workerd --external:*.cameo --loader:.wasm=copy --outdir=out
 */
import { Profiler } from 'cameo/edge';
import wasm from 'cameo/kernels/simd.wasm';
import type { Hono } from 'hono';
import { createApp } from './app.js';
import model from './model.cameo';

let app: Hono | undefined;

export default {
  fetch(request: Request, env: { TOKENS: string }): Response | Promise<Response> {
    app ??= createApp({ load: () => Profiler.load(new Uint8Array(model), { wasm }), tokens: env.TOKENS.split(',') });
    return app.fetch(request);
  },
};
