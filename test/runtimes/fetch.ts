/** Answers over HTTP in workerd, whose modules are imported statically; test/runtimes.test.ts writes its configuration. */

import { answer } from './answer.js';
import events from './events.cameo';
import model from './model.cameo';
import question from './question.json.txt';
import relaxed from './relaxed.wasm';
import simd from './simd.wasm';

export default {
  async fetch(request: Request): Promise<Response> {
    const wasm = new URL(request.url).pathname === '/relaxed' ? relaxed : simd;
    const bytes = { model: new Uint8Array(model), events: new Uint8Array(events) };
    return Response.json(await answer({ ...bytes, ...JSON.parse(question) }, () => wasm));
  },
};
