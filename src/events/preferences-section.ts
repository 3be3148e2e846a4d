/** The section of preferences: `tags` with their evidence, and `preferences`. A user without events has neither. */
import type { Part, PartReader } from '../part.js';
import type { Field, FieldType, PlainRow, Section, SectionBatch, Users } from '../table/section.js';
import { type Taste, type Tastes, tasteOf } from './preferences.js';
import { readTastes, writeTastes } from './preferences-file.js';

const field = (name: string, type: FieldType): Field => ({ name, type, nullable: false });

const FIELDS: readonly Field[] = [
  field('tags', {
    list: { struct: [field('tag', 'utf8'), field('kind', 'utf8'), field('confidence', 'float32'), field('evidence', 'utf8')] },
  }),
  field('preferences', { list: { struct: [field('field', 'utf8'), field('value', 'utf8'), field('weight', 'float32')] } }),
];

export class PreferencesSection implements Section {
  readonly kind = 'preferences';
  readonly fields = FIELDS;
  readonly metadata = {};
  readonly #number: ReadonlyMap<string, number>;

  constructor(readonly tastes: Tastes) {
    this.#number = new Map(tastes.users.map((id, u) => [id, u]));
  }

  /** @throws CameoError 'model' naming what was expected and what was found */
  static read(part: PartReader): PreferencesSection {
    return new PreferencesSection(readTastes(part));
  }

  async batch({ ids }: Users): Promise<SectionBatch> {
    const tastes = ids.map((id) => this.#tasteOf(id));
    return { columns: [tastes.map(({ tags }) => tags), tastes.map(({ preferences }) => preferences)], [Symbol.dispose]() {} };
  }

  one(_row: PlainRow, id: string | null): Record<string, unknown> {
    const { tags, preferences } = this.#tasteOf(id);
    return { tags, preferences };
  }

  write(): Part {
    return writeTastes(this.tastes);
  }

  #tasteOf(id: string | null): Taste {
    const u = id === null ? undefined : this.#number.get(id);
    return u === undefined ? { tags: [], preferences: [] } : tasteOf(this.tastes, u);
  }

  dispose(): void {}
  [Symbol.dispose](): void {}
}
