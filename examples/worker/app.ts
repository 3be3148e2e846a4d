/**
 * A service that profiles and recommends over HTTP from one model, on any runtime that speaks fetch. workerd.ts, deno.ts and node.ts
 * beside it bring model, kernels and tokens.
 *
 *     POST /v1/profiles          { "rows": [{ … }] }                       → { "profiles": [{ … }] }
 *     POST /v1/recommendations   { "user": "17850", "n": 5 }               → { "cold_start": false, "recommendations": [{ … }] }
 *                                { "items": ["85123A"], "values": [5] }
 *     GET  /healthz                                                        → { "status": "ok" }
 *
 * An unknown user is no error: the answer is what most users had, with cold_start true. Errors are
 * { "error": { "code", "message" } }: 400 malformed, 401 without a token, 404, 405, 413 too large, 422 values that do not fit the model,
 * 503 when the model cannot be used, 500 else; none of them tells of the service's inside or repeats a value.
 */
import { CameoError, type Profiler, type Row } from 'cameo/edge';
import { type Context, Hono } from 'hono';
import { bearerAuth } from 'hono/bearer-auth';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import * as v from 'valibot';

export interface ServiceOptions {
  /** opens the model; called once, at the first request */
  load: () => Promise<Profiler>;
  /** who may ask; at least one */
  tokens: string[];
  /** bytes of a request's body at most; default 1 MiB */
  maxBody?: number;
  /** rows of a request at most; default 1000 */
  maxRows?: number;
}

/** An object of plain values. v.record would leave out a column called 'constructor'. */
const ROW = v.pipe(
  v.custom<Row>((row) => typeof row === 'object' && row !== null && !Array.isArray(row)),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const input = dataset.value;
    for (const [key, value] of Object.entries(input)) {
      if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) continue;
      addIssue({ expected: 'a plain value', path: [{ type: 'object', origin: 'value', input, key, value }] });
    }
  }),
);
const COUNT = v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100)), 10);
const TEXT = v.pipe(v.string(), v.maxLength(1000));

export function createApp({ load, tokens, maxBody = 2 ** 20, maxRows = 1000 }: ServiceOptions): Hono {
  if (tokens.length === 0 || tokens.some((token) => token.length < 16)) {
    throw new Error('Give at least one token of 16 characters or more.');
  }
  const PROFILES = v.strictObject({ rows: v.pipe(v.array(ROW), v.minLength(1), v.maxLength(maxRows)) });
  const RECOMMENDATIONS = v.union([
    v.strictObject({ user: TEXT, n: COUNT }),
    v.strictObject({
      items: v.pipe(v.array(TEXT), v.maxLength(1000)),
      values: v.optional(v.array(v.pipe(v.number(), v.finite()))),
      n: COUNT,
    }),
  ]);

  let model: Promise<Profiler> | undefined;
  const profiler = async (): Promise<Profiler> => {
    model ??= load();
    try {
      return await model;
    } catch (error) {
      model = undefined; // a later request tries again
      console.error(error);
      throw new HTTPException(503, { message: 'The model cannot be used at the moment.' });
    }
  };

  const app = new Hono();
  app.get('/healthz', (c) => c.json({ status: 'ok' }));
  app.use('/v1/*', bearerAuth({ token: tokens }));
  const tooLarge = async (c: Context) => {
    await drain(c.req.raw, 8 * maxBody);
    return fail(c, 413, `The body is larger than ${maxBody} bytes.`);
  };
  app.use('/v1/*', bodyLimit({ maxSize: maxBody, onError: tooLarge }));
  app.on(['GET', 'PUT', 'DELETE', 'PATCH'], ['/v1/profiles', '/v1/recommendations'], (c) => {
    c.header('Allow', 'POST');
    return fail(c, 405, 'Use POST.');
  });

  app.post('/v1/profiles', async (c) => {
    const { rows } = await body(c, PROFILES);
    const fitted = await profiler();
    refuseUnknown(fitted, rows);
    return c.json({ profiles: fitted.profileBatch(rows) });
  });

  app.post('/v1/recommendations', async (c) => {
    const asked = await body(c, RECOMMENDATIONS);
    const fitted = await profiler();
    const { n, ...history } = asked;
    const whom = 'user' in history ? history.user : history;
    const recommendations = await fitted.recommend(whom, { n });
    return c.json({ cold_start: !fitted.knows(whom), recommendations });
  });

  app.notFound((c) => fail(c, 404, 'There is no such path.'));
  app.onError((error, c) => {
    if (error instanceof HTTPException) {
      const message = error.status === 401 ? 'A bearer token is needed.' : error.message;
      const response = fail(c, error.status, message);
      if (error.status === 401) response.headers.set('WWW-Authenticate', 'Bearer');
      return response;
    }
    if (error instanceof CameoError && (error.code === 'column' || error.code === 'argument'))
      return fail(c, 422, error.message);
    if (error instanceof CameoError && error.code === 'memory')
      return fail(c, 503, 'There is not enough memory for this request.');
    console.error(error);
    return fail(c, 500, 'The request could not be answered.');
  });
  return app;
}

const CODES: Record<number, string> = {
  400: 'malformed',
  401: 'unauthorized',
  404: 'not-found',
  405: 'method',
  413: 'too-large',
  422: 'data',
  503: 'unavailable',
};

function fail(c: Context, status: number, message: string): Response {
  return c.json({ error: { code: CODES[status] ?? 'internal', message } }, status as 400);
}

/** Reads on for a while, so that a client that is still sending hears the answer instead of a broken connection. */
async function drain({ body }: Request, most: number): Promise<void> {
  if (!body || body.locked) return;
  const reader = body.getReader();
  for (let bytes = 0; bytes < most; ) {
    const { done, value } = await reader.read();
    if (done) return;
    bytes += value.length;
  }
  await reader.cancel();
}

/** The body by a schema. @throws HTTPException 400 naming the place, not the value */
async function body<T extends v.GenericSchema>(c: Context, schema: T): Promise<v.InferOutput<T>> {
  let json: unknown;
  try {
    json = await c.req.json();
  } catch {
    throw new HTTPException(400, { message: 'The body is not JSON.' });
  }
  const result = v.safeParse(schema, json);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new HTTPException(400, {
    message: `The body does not fit at '${v.getDotPath(issue) ?? ''}': expected ${issue.expected}.`,
  });
}

/** A field that the model does not know is a mistake of the caller's, more often than not a misspelt one. */
function refuseUnknown(profiler: Profiler, rows: readonly Record<string, unknown>[]): void {
  const { features, target, id, summary } = profiler;
  const known = new Set([...features, target.name, id, ...summary.ignored.map(({ name }) => name)]);
  for (const row of rows) {
    const unknown = Object.keys(row).find((name) => !known.has(name));
    if (unknown !== undefined) {
      throw new HTTPException(422, {
        message: `A row has a field that the model does not know; it knows ${features.join(', ')}.`,
      });
    }
  }
}
