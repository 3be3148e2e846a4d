/**
 * Two models in one file: the profiler's, and beside it the recommender's, whose metadata and tensors have a prefix there. Whoever
 * reads a profiler overlooks the other; whoever reads a recommender finds it in either kind of file.
 */
import { readSafetensors, type Safetensors, writeSafetensors } from '../safetensors.js';

const PREFIX = 'events.';

const rename = <T>(entries: Record<string, T>, name: (key: string) => string | undefined): Record<string, T> =>
  Object.fromEntries(
    Object.entries(entries).flatMap(([key, value]) => {
      const renamed = name(key);
      return renamed === undefined ? [] : [[renamed, value]];
    }),
  );

/** The bytes of both: a copy. */
export async function joinModels(profiler: Uint8Array, recommender: Uint8Array): Promise<Uint8Array> {
  const [a, b] = [await readSafetensors(profiler), await readSafetensors(recommender)];
  const prefixed = (key: string) => `${PREFIX}${key}`;
  return writeSafetensors({
    metadata: { ...a.metadata, ...rename(b.metadata, (key) => (key === 'sha256' ? undefined : prefixed(key))) },
    tensors: { ...a.tensors, ...rename(b.tensors, prefixed) },
  });
}

/** Whether there is a recommender's part beside a profiler's. */
export const hasRecommender = ({ metadata }: Safetensors): boolean => metadata[`${PREFIX}format`] !== undefined;

/** The recommender's part of a file of both kinds, or the file as it is. */
export function recommenderPart(file: Safetensors): Safetensors {
  if (!hasRecommender(file)) return file;
  const own = (key: string) => (key.startsWith(PREFIX) ? key.slice(PREFIX.length) : undefined);
  return { metadata: rename(file.metadata, own), tensors: rename(file.tensors, own) };
}
