/**
 * What every runtime is asked: profiles of some rows, and recommendations, from the same bytes. It needs the edge entry alone, so that
 * one file runs wherever there is WebAssembly.
 */
import { Profiler, type Row, type WasmSource } from '../../src/edge.js';

export interface Question {
  model: Uint8Array;
  events: Uint8Array;
  rows: Row[];
  /** ids and items of the event log */
  users: string[];
  items: string[];
}

export interface Answer {
  /** SHA-256 of all profiles and recommendations as JSON, which writes every bit of a number */
  sha256: string;
  scores: number[];
  /** milliseconds from the bytes to the first profile */
  first: number;
}

export async function answer({ model, events, rows, users, items }: Question, wasm: () => WasmSource): Promise<Answer> {
  const start = Date.now();
  const profiler = await Profiler.load(model, { wasm: wasm() });
  const profiles = [profiler.profileOne(rows[0])];
  const first = Date.now() - start;
  profiles.push(...profiler.profileBatch(rows.slice(1, 700)), ...rows.slice(700).map((row) => profiler.profileOne(row)));
  const { recommender } = await Profiler.load(events, { wasm: wasm() });
  const recommended = [
    await recommender.recommend([...users, 'nobody']),
    await recommender.recommendOne({ items: items.slice(0, 4) }),
    await recommender.recommendOne({ items: ['nothing'] }),
    [...recommender.foldIn({ items: items.slice(2, 7) }).factors],
  ];
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify([profiles, recommended])));
  profiler.dispose();
  return {
    sha256: Array.from(new Uint8Array(digest), (b) => b.toString(16).padStart(2, '0')).join(''),
    scores: profiles.map((profile) => profile.score_Revenue as number),
    first,
  };
}
