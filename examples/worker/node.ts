/** The service on Node: `TOKENS=… MODEL=model.cameo PORT=8787 node dist/examples/worker/node.js`. */
import { serve } from '@hono/node-server';
import { open } from './open.js';

const server = serve({ fetch: open(process.env).fetch, hostname: '127.0.0.1', port: Number(process.env.PORT ?? 8787) });
process.on('SIGTERM', () => server.close());
