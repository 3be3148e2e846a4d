/** The recommendations of a profile: `recommendations`, best first with their reasons, and `factors` where the recommender has any. */
import type { Part } from '../part.js';
import type { BatchOptions, Field, FieldType, PlainRow, Section, SectionBatch, Users } from '../table/section.js';
import type { Recommender } from './catalogue.js';

const field = (name: string, type: FieldType, nullable = false): Field => ({ name, type, nullable });

const RECOMMENDATIONS = field('recommendations', {
  list: {
    struct: [
      field('item', 'utf8'),
      field('label', 'utf8', true),
      field('score', 'float32'),
      field('because', { list: 'utf8' }),
    ],
  },
});

export class RecommendationsSection implements Section {
  readonly kind = 'recommendations';
  readonly fields: readonly Field[];
  readonly metadata = {};

  constructor(readonly recommender: Recommender) {
    const { rank } = recommender;
    this.fields = rank > 0 ? [RECOMMENDATIONS, field('factors', { vector: rank })] : [RECOMMENDATIONS];
  }

  /** A user who was not in fitting, or without an id, is recommended what most users had, without reasons; their factors are zeros. */
  async batch({ ids }: Users, { n, signal, onProgress }: BatchOptions): Promise<SectionBatch> {
    const { recommender } = this;
    const { rank } = recommender;
    const lists = await recommender.recommend(ids, { n, signal, onProgress });
    const factors = new Float32Array(ids.length * rank);
    if (rank > 0) ids.forEach((id, r) => factors.set(recommender.factors(id), r * rank));
    return { columns: rank > 0 ? [lists, factors] : [lists], [Symbol.dispose]() {} };
  }

  /** Nothing: to rank a catalogue takes a program of its own, so it is asked for by `Recommender.recommendOne`. */
  one(_row: PlainRow, _id: string | null): Record<string, unknown> {
    return {};
  }

  write(): Part {
    return this.recommender.write();
  }

  dispose(): void {}
  [Symbol.dispose](): void {}
}
