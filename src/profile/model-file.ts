/**
 * The model file: safetensors with one part for each section, under the section's kind and number.
 *
 *     metadata   format 'cameo' · version '2' · sections ["score", "score", "behaviour", …] · score.0.…, score.1.…, behaviour.2.…
 *
 * Each part has a version of its own and checks what it reads (part.ts). Files of version 1 load (version-1.ts).
 */
import * as v from 'valibot';
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import { joinParts, type Part, PartReader, partOf } from '../part.js';
import { readSafetensors, writeSafetensors } from '../safetensors.js';
import { readScore } from '../score/part.js';
import type { Score } from '../score/score.js';
import { Scorer } from '../score/scorer.js';
import { sectionsOf } from '../score/section.js';
import type { Section } from '../table/section.js';
import { sectionReaders } from './sections.js';
import { eventsOfVersion1, scoreOfVersion1 } from './version-1.js';

const VERSION = '2';

/** The same sections give the same bytes. A copy. */
export function writeModel(sections: readonly Section[]): Promise<Uint8Array> {
  const { metadata, tensors } = joinParts(sections.map((section, i) => [`${section.kind}.${i}`, section.write()]));
  const kinds = JSON.stringify(sections.map(({ kind }) => kind));
  return writeSafetensors({ metadata: { format: 'cameo', version: VERSION, sections: kinds, ...metadata }, tensors });
}

/** What a file holds: parts of its sections, checked only as far as to tell them apart. */
export interface ModelFile {
  scores: Score[];
  /** the other sections: their kinds and parts, in order */
  others: { kind: string; part: Part }[];
}

/**
 * @throws CameoError 'model' for bytes that are not a whole model file of a known version, naming what was expected and what was found
 */
export async function readModelFile(bytes: Uint8Array): Promise<ModelFile> {
  const file = await readSafetensors(bytes);
  const { format, version } = file.metadata;
  if (format === 'cameo-factorization' || (format === 'cameo' && version === '1')) return readVersion1(file);
  if (format !== 'cameo') throw errors.modelFile('format', "'cameo'", `'${format}'`);
  if (version !== VERSION) throw errors.modelFile('version', `1 or ${VERSION}`, String(version));
  const kinds = new PartReader(file).json('sections', v.pipe(v.array(v.string()), v.minLength(1)));
  const parts = kinds.map((kind, i) => ({ kind, part: partOf(file, `${kind}.${i}`) }));
  const known = ['score', ...Object.keys(sectionReaders)];
  for (const { kind } of parts) {
    if (!known.includes(kind))
      throw errors.modelFile('section', `one of ${known.map((k) => `'${k}'`).join(', ')}`, `'${kind}'`);
  }
  const scores = parts.filter(({ kind }) => kind === 'score').map(({ part }) => readScore(part));
  const names = scores.map(({ target }) => target.name);
  if (new Set(names).size < names.length) throw errors.modelFile('targets', 'each once', 'one twice');
  return { scores, others: parts.filter(({ kind }) => kind !== 'score') };
}

function readVersion1(file: Part): ModelFile {
  const events = eventsOfVersion1(file);
  return {
    scores: events === file ? [] : [readScore(scoreOfVersion1(file))],
    others: events ? [{ kind: 'version-1', part: events }] : [],
  };
}

/** The same, with the dates of its features as of another moment, in milliseconds since 1970. */
export const modelAsOf = (file: ModelFile, time: number): ModelFile => ({
  ...file,
  scores: file.scores.map((score) => ({ ...score, features: score.features.asOf(time) })),
});

/** Places what a file holds in an engine's memory. Dispose the sections after use. */
export function placeModel(engine: Engine, { scores, others }: ModelFile): Section[] {
  const sections: Section[] = sectionsOfScores(engine, scores);
  for (const { kind, part } of others) sections.push(...sectionReaders[kind](engine, part));
  return sections;
}

/** A section for each score; those that read the same features share a scorer. */
export function sectionsOfScores(engine: Engine, scores: readonly Score[]): Section[] {
  const groups: Score[][] = [];
  const written = scores.map(({ features, model }) => model.encoding + fingerprint(features.write()));
  scores.forEach((score, s) => {
    const same = groups.find(([first]) => written[scores.indexOf(first)] === written[s]);
    if (same) same.push(score);
    else groups.push([score]);
  });
  const sections = new Map(
    groups.flatMap((group) => sectionsOf(engine, new Scorer(engine, group)).map((section) => [section.score, section])),
  );
  return scores.map((score) => sections.get(score) as Section);
}

/** Tells parts apart by all that is in them. */
const fingerprint = ({ metadata, tensors }: Part): string =>
  JSON.stringify([metadata, Object.entries(tensors).map(([name, { shape, values }]) => [name, shape, [...values]])]);
