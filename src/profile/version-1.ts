/**
 * Model files of version 1 as parts of this version. They held one score, with its tensors under their plain names, and beside it perhaps a
 * factorization of events under the prefix `events.`; or such a factorization alone. No number changes.
 */
import * as v from 'valibot';
import { errors } from '../errors.js';
import { type Part, PartReader, partOf } from '../part.js';

const NAMED = v.looseObject({ name: v.string() });
const SCHEMA = v.object({ id: v.optional(v.string()), numbers: v.array(v.string()), categories: v.array(NAMED) });
const SUMMARY = v.looseObject({
  epochs: v.pipe(v.number(), v.integer(), v.minValue(0)),
  stopped: v.picklist(['converged', 'maxIter']),
});

/** FNV-1a in 64 bits, in hexadecimal: told schemas apart. */
function schemaHash(schema: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(schema)) hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn;
  return hash.toString(16).padStart(16, '0');
}

/** The part of the factorization of events; undefined where there is none. */
export function eventsOfVersion1(file: Part): Part | undefined {
  if (file.metadata.format === 'cameo-factorization') return file;
  const part = partOf(file, 'events');
  return part.metadata.format === undefined ? undefined : part;
}

/**
 * The score's part, as score/part.ts reads it.
 * @throws CameoError 'model'
 */
export function scoreOfVersion1({ metadata, tensors }: Part): Part {
  const part = new PartReader({ metadata, tensors });
  const hash = schemaHash(part.text('schema'));
  part.check(hash === metadata.schema_hash, 'schema hash', metadata.schema_hash, hash);
  const { id, numbers, categories } = part.json('schema', SCHEMA);
  const { epochs, stopped, ...summary } = part.json('summary', SUMMARY);
  const facts = { epochs, stopped };
  const kinds = [...(numbers.length > 0 ? ['number'] : []), ...(categories.length > 0 ? ['category'] : [])];
  if (kinds.length === 0) throw errors.modelFile('schema', 'features', 'none');
  const renamed = Object.entries(tensors).flatMap(([name, tensor]): [string, Part['tensors'][string]][] => {
    if (name === 'base' || name === 'ranks') return [[name, tensor]];
    if (name === 'baseline' || name.startsWith('layers.')) return [[`model.${name}`, tensor]];
    const feature = /^features\.(mean|scale|quantiles|on|off)$/.exec(name)?.[1];
    if (!feature) return [];
    return [[`features.${feature === 'on' || feature === 'off' ? 'category' : 'number'}.${feature}`, tensor]];
  });
  return {
    metadata: {
      version: '1',
      target: part.text('target'),
      ...(id !== undefined && { id }),
      family: 'perceptron',
      'features.kinds': JSON.stringify(kinds),
      'features.number.names': JSON.stringify(numbers),
      'features.category.features': JSON.stringify(categories),
      'model.network': part.text('network'),
      'model.facts': JSON.stringify(facts),
      summary: JSON.stringify({ ...summary, family: 'perceptron', facts }),
    },
    tensors: Object.fromEntries(renamed),
  };
}
