/** What users did beside the rows of a table. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { behaviourOf } from '../../src/events/behaviour.js';
import { BEHAVIOUR_FEATURES, joinBehaviour, lacksBehaviour } from '../../src/events/features.js';
import type { Table } from '../../src/table/table.js';
import { eventsOf, HOUR, row, START } from '../support/event-log.js';

const behaviour = behaviourOf(
  eventsOf([
    row({ user: '7', value: 10_000 }),
    row({ user: '7', value: 30_000, time: START + 48 * HOUR }),
    row({ user: '8', bought: false, time: START + 48 * HOUR }),
  ]),
);
const table: Table = {
  rows: 4,
  columns: [
    { name: 'id', kind: 'number', values: Float64Array.of(8, 7, 6, Number.NaN) },
    { name: 'age', kind: 'number', values: Float64Array.of(1, 2, 3, 4) },
  ],
};

test('each row gets its user’s behaviour; without events the counts are 0 and the rest is missing', () => {
  const { table: joined, matched } = joinBehaviour(table, 'id', behaviour);
  assert.is(matched, 2);
  assert.is(joined.columns[1], table.columns[1]);
  const { NaN: none } = Number;
  const expected = {
    recency_days: [0, 0, none, none],
    frequency: [0, 2, 0, 0],
    monetary: [0, 4, 0, 0],
    average_basket: [none, 2, none, none],
    inter_purchase_days: [none, 2, none, none],
    active_days: [1, 2, 0, 0],
    n_events: [1, 2, 0, 0],
  };
  assert.equal(
    Object.fromEntries(
      joined.columns.slice(2).map((column) => [column.name, [...(column as { values: Float64Array }).values]]),
    ),
    expected,
  );
  assert.equal(
    joined.columns.slice(2).map(({ name }) => name),
    BEHAVIOUR_FEATURES.map(([name]) => name),
  );
});

test('a table that has such a column, or no such id, is refused', () => {
  const taken: Table = { ...table, columns: [...table.columns, { ...table.columns[1], name: 'frequency' }] };
  assert.throws(() => joinBehaviour(taken, 'id', behaviour), /Column 'frequency' is in the table already/);
  assert.throws(() => joinBehaviour(table, 'nobody', behaviour), /Id column 'nobody' is not in the table/);
});

test('a model of behaviour needs it beside a table that does not have it', () => {
  assert.ok(lacksBehaviour(table, ['age', 'monetary']));
  assert.not.ok(lacksBehaviour(table, ['age']));
  assert.not.ok(lacksBehaviour(joinBehaviour(table, 'id', behaviour).table, ['age', 'monetary']));
});

test.run();
