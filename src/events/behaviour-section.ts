/** The section of behaviour: what a user did up to a moment. A user without events is marked `is_cold_start`. */
import type { Part, PartReader } from '../part.js';
import type { Field, FieldType, PlainRow, Section, SectionBatch, Users } from '../table/section.js';
import { type Behaviour, LIFECYCLES, orNull, SEGMENTS } from './behaviour.js';
import { readBehaviour, writeBehaviour } from './behaviour-file.js';

interface Column {
  field: Field;
  of: (behaviour: Behaviour, u: number) => unknown;
  /** of a user without events */
  without: (behaviour: Behaviour) => unknown;
}

/** What everybody has. */
const always = (name: string, type: FieldType, of: Column['of'], without: Column['without']): Column => ({
  field: { name, type, nullable: false },
  of,
  without,
});
/** What is 0 without events. */
const counted = (name: string, type: FieldType, of: Column['of']) => always(name, type, of, () => 0);
/** What is missing without events. */
const known = (name: string, type: FieldType, of: Column['of']): Column => ({
  field: { name, type, nullable: true },
  of,
  without: () => null,
});

const COLUMNS: readonly Column[] = [
  always(
    'as_of',
    'timestamp',
    ({ asOf }) => Math.floor(asOf),
    ({ asOf }) => Math.floor(asOf),
  ),
  counted('n_events', 'uint32', ({ nEvents }, u) => nEvents[u]),
  always(
    'is_cold_start',
    'bool',
    () => false,
    () => true,
  ),
  known('first_seen', 'timestamp', ({ firstSeen }, u) => Math.floor(firstSeen[u])),
  known('last_seen', 'timestamp', ({ lastSeen }, u) => Math.floor(lastSeen[u])),
  counted('active_days', 'uint32', ({ activeDays }, u) => activeDays[u]),
  known('recency_days', 'float32', ({ recencyDays }, u) => recencyDays[u]),
  counted('frequency', 'uint32', ({ frequency }, u) => frequency[u]),
  counted('monetary', 'float64', ({ monetary }, u) => monetary[u]),
  known('average_basket', 'float64', ({ averageBasket }, u) => orNull(averageBasket[u])),
  known('inter_purchase_days', 'float32', ({ interPurchaseDays }, u) => orNull(interPurchaseDays[u])),
  known('r', 'uint8', ({ r }, u) => r[u]),
  known('f', 'uint8', ({ f }, u) => f[u]),
  known('m', 'uint8', ({ m }, u) => m[u]),
  known('lifecycle', { dictionary: LIFECYCLES }, ({ lifecycle }, u) => lifecycle[u]),
  known('segment', { dictionary: SEGMENTS }, ({ segment }, u) => segment[u]),
];

export class BehaviourSection implements Section {
  readonly kind = 'behaviour';
  readonly fields = COLUMNS.map(({ field }) => field);
  readonly metadata = {};
  readonly #number: ReadonlyMap<string, number>;

  constructor(readonly behaviour: Behaviour) {
    this.#number = new Map(behaviour.users.map((id, u) => [id, u]));
  }

  /** @throws CameoError 'model' naming what was expected and what was found */
  static read(part: PartReader): BehaviourSection {
    return new BehaviourSection(readBehaviour(part));
  }

  async batch({ ids }: Users): Promise<SectionBatch> {
    const numbers = ids.map((id) => this.#numberOf(id));
    return { columns: COLUMNS.map((column) => numbers.map((u) => this.#value(column, u))), [Symbol.dispose]() {} };
  }

  one(_row: PlainRow, id: string | null): Record<string, unknown> {
    const u = this.#numberOf(id);
    return Object.fromEntries(COLUMNS.map((column) => [column.field.name, this.#value(column, u)]));
  }

  write(): Part {
    return writeBehaviour(this.behaviour);
  }

  #numberOf(id: string | null): number | undefined {
    return id === null ? undefined : this.#number.get(id);
  }
  #value({ of, without }: Column, u: number | undefined): unknown {
    return u === undefined ? without(this.behaviour) : of(this.behaviour, u);
  }

  dispose(): void {}
  [Symbol.dispose](): void {}
}
