/**
 * The half of a profile that comes from events: behaviour, preferences, tags, factors and recommendations of every user, and
 * the columns of behaviour that may feed the network beside a user table.
 */
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import { type Behaviour, behaviourOf } from '../events/behaviour.js';
import { type Taste, tastesOf } from '../events/preferences.js';
import type { Events } from '../io/events.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import type { Column, Table } from '../table/table.js';
import { columnOf } from './features.js';
import { Recommender, type RecommenderOptions } from './recommender.js';
import { idsOf } from './shards.js';
import type { Recommendation } from './trained-recommender.js';

/** A row of a profile; a user without events has no behaviour but is recommended what most users had (cold start). */
export interface EventRow extends Taste {
  user: string | null;
  /** ISO 8601 without a zone */
  asOf: string;
  behaviour: Behaviour | undefined;
  recommendations: Recommendation[];
  /** f32[rank]: a view */
  factors: Float32Array;
}

/** What feeds the network: behaviour up to the moment of prediction. Without events all are missing but the counts, which are 0. */
export const BEHAVIOUR_FEATURES: [name: string, of: (row: Behaviour) => number | null, without: number][] = [
  ['recency_days', (row) => row.recencyDays, Number.NaN],
  ['frequency', (row) => row.frequency, 0],
  ['monetary', (row) => row.monetary, 0],
  ['average_basket', (row) => row.averageBasket, Number.NaN],
  ['inter_purchase_days', (row) => row.interPurchaseDays, Number.NaN],
  ['active_days', (row) => row.activeDays, 0],
  ['n_events', (row) => row.nEvents, 0],
];

export class EventProfiles {
  readonly #byUser: Map<string, Behaviour>;

  private constructor(
    /** ISO 8601 without a zone: the moment that recency counts back from */
    readonly asOf: string,
    /** by ascending user id */
    readonly behaviour: readonly Behaviour[],
    private readonly tastes: ReadonlyMap<string, Taste>,
    readonly recommender: Recommender,
  ) {
    this.#byUser = new Map(behaviour.map((row) => [row.user, row]));
  }

  /**
   * @param options `fields`: the names of the log's preference columns; the rest as Recommender.fit
   * @throws CameoError as Recommender.fit
   */
  static async fit(
    engine: Engine,
    events: Events,
    { fields = [], ...options }: { fields?: readonly string[] } & RecommenderOptions & RunOptions = {},
  ): Promise<EventProfiles> {
    const behaviour = await behaviourOf(events);
    const tastes = await tastesOf(events, behaviour, fields);
    if (options.signal?.aborted) throw errors.aborted();
    const recommender = await Recommender.fit(engine, events, { behaviour, ...options });
    return new EventProfiles(events.asOf, behaviour, tastes, recommender);
  }

  /** One row per user asked for, in their order. @param options `n`: recommendations of each, default 10 */
  async rows(users: readonly (string | null)[], options: { n?: number } & RunOptions = {}): Promise<EventRow[]> {
    const ids = users.map((user) => user ?? '');
    const lists = await this.recommender.recommend(ids, options);
    return users.map((user, r) => ({
      ...(this.tastes.get(ids[r]) ?? { preferences: [], tags: [] }),
      user,
      asOf: this.asOf,
      behaviour: this.#byUser.get(ids[r]),
      recommendations: lists[r],
      factors: this.recommender.factors(ids[r]),
    }));
  }

  /**
   * The table with the columns of BEHAVIOUR_FEATURES behind its own.
   * @param id column that names the user as the log does
   * @returns a table that shares the given columns, and how many of its rows have events
   * @throws CameoError 'column' for a table that has such a column already, 'data' when no row has events
   */
  join(table: Table, id: string): { table: Table; matched: number } {
    const ids = idsOf(columnOf(table, 'Id', id), 0, table.rows, 0);
    const rows = ids.map((user) => (user === null ? undefined : this.#byUser.get(user)));
    const matched = rows.reduce((n, row) => n + Number(row !== undefined), 0);
    if (matched === 0) throw errors.noCommonUsers(id, table.rows, this.behaviour.length);
    const added = BEHAVIOUR_FEATURES.map(([name, of, without]): Column => {
      if (table.columns.some((column) => column.name === name)) throw errors.columnTaken(name);
      return { name, kind: 'number', values: Float64Array.from(rows, (row) => (row ? (of(row) ?? Number.NaN) : without)) };
    });
    return { table: { rows: table.rows, columns: [...table.columns, ...added] }, matched };
  }
}
