/**
 * The levels of Parquet from the offsets and bitmaps of Arrow, after Dremel (Melnik et al., VLDB 2010). Every leaf of a batch has slots: one
 * for each value, and one for each place where there is none, since something above it is null or an empty list.
 *
 *     definition   how many of the optional and repeated things on the way down are there
 *     repetition   the list in which the slot is not the first: 0 at a row's first slot
 *
 *     rows [[a, b], [], null, [c]] of a nullable list:   definition 2 2 1 0 2 · repetition 0 1 0 0 0 · place 0 1 − − 2
 */
import { type Data, DataType, type Field } from 'apache-arrow';
import { isList } from './schema.js';

export interface Slots {
  count: number;
  /** u8[count] */
  definition: Uint8Array;
  repetition: Uint8Array;
  /** i32[count]: where in Arrow's values it stands, −1 for nowhere */
  place: Int32Array;
}

/** The leaves of a field's data with their slots, in the order of the schema's (schema.ts). */
export function* leavesOf(
  field: Field,
  data: Data,
  slots = rowsOf(data.length),
  depth = 0,
): Generator<{ data: Data; slots: Slots }> {
  const here = field.nullable ? presentOf(data, slots) : slots;
  const { type } = field;
  if (DataType.isStruct(type)) {
    for (const [i, child] of type.children.entries()) yield* leavesOf(child, data.children[i], here, depth);
  } else if (isList(type)) {
    yield* leavesOf(type.children[0], data.children[0], itemsOf(data, here, depth + 1), depth + 1);
  } else {
    yield { data, slots: here };
  }
}

function rowsOf(count: number): Slots {
  const place = new Int32Array(count);
  for (let i = 0; i < count; i++) place[i] = i;
  return { count, definition: new Uint8Array(count), repetition: new Uint8Array(count), place };
}

/** The slots one level further down an optional field: those that are null stay behind. */
function presentOf({ nullCount, nullBitmap, offset }: Data, { count, definition, repetition, place }: Slots): Slots {
  const defined = new Uint8Array(count);
  const places = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const at = place[i];
    const bit = offset + at;
    const there = at >= 0 && (nullCount === 0 || (nullBitmap[bit >> 3] >> (bit & 7)) & 1);
    defined[i] = definition[i] + Number(there);
    places[i] = there ? at : -1;
  }
  return { count, definition: defined, repetition, place: places };
}

/** The slots of a list's items: one for each, and one for each list that is empty or not there. */
function itemsOf(data: Data, { count, definition, repetition, place }: Slots, depth: number): Slots {
  const { type, valueOffsets } = data;
  const size = DataType.isFixedSizeList(type) ? type.listSize : 0;
  const first = (at: number) => (size > 0 ? at * size : valueOffsets[at]);
  let total = 0;
  for (let i = 0; i < count; i++) total += place[i] < 0 ? 1 : Math.max(1, first(place[i] + 1) - first(place[i]));
  const items = {
    count: total,
    definition: new Uint8Array(total),
    repetition: new Uint8Array(total),
    place: new Int32Array(total),
  };
  for (let i = 0, to = 0; i < count; i++) {
    const at = place[i];
    const [from, end] = at < 0 ? [0, 0] : [first(at), first(at + 1)];
    items.repetition[to] = repetition[i];
    if (from >= end) {
      items.definition[to] = definition[i];
      items.place[to++] = -1;
      continue;
    }
    for (let k = from; k < end; k++, to++) {
      items.definition[to] = definition[i] + 1;
      if (k > from) items.repetition[to] = depth;
      items.place[to] = k;
    }
  }
  return items;
}
