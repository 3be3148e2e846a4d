/** The service on Deno: `TOKENS=… deno run --allow-read --allow-env --allow-net dist/examples/worker/deno.js`. */
import { open } from './open.js';

declare const Deno: {
  env: { toObject(): Record<string, string> };
  serve(options: { hostname: string; port: number }, handler: (request: Request) => Response | Promise<Response>): void;
};

const env = Deno.env.toObject();
Deno.serve({ hostname: '127.0.0.1', port: Number(env.PORT ?? 8787) }, open(env).fetch);
