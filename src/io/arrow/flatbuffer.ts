/**
 * Reads flatbuffers, in which Arrow's metadata is written, from bytes that may come from anywhere. No read goes beyond the bytes: a DataView
 * sees to that. No file makes its reader work for long: every table and text is paid for from a budget of the bytes' size, since tables may
 * point at one another in any number of ways.
 *
 *     table    i32 back to its vtable, then its values
 *     vtable   u16 bytes of it · u16 bytes of the table · u16 a field: where in the table it is, 0 for absent
 *     vector   u32 elements, then these; text, tables and vectors are stored as u32 forward to them
 *
 * See https://flatbuffers.dev/internals/.
 */

/** What is wrong with a file, in words that follow on "Cannot read 'x.arrow': ". */
export class Damage extends Error {}

export function holds(good: boolean, what: string): asserts good {
  if (!good) throw new Damage(what);
}

export class FlatTable {
  private constructor(
    private readonly view: DataView,
    private readonly at: number,
    private readonly budget: { left: number },
  ) {
    this.#pay(1);
  }

  /** The root of a flatbuffer. @throws Damage, here and in all that follows */
  static root(bytes: Uint8Array): FlatTable {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return bounded(() => new FlatTable(view, view.getUint32(0, true), { left: 2 * bytes.length }));
  }

  u8(field: number, otherwise = 0): number {
    return this.#number(field, otherwise, (at) => this.view.getUint8(at));
  }
  i16(field: number, otherwise = 0): number {
    return this.#number(field, otherwise, (at) => this.view.getInt16(at, true));
  }
  i32(field: number, otherwise = 0): number {
    return this.#number(field, otherwise, (at) => this.view.getInt32(at, true));
  }
  /** A whole number that is not negative. */
  size(field: number): number {
    return this.#number(field, 0, (at) => sizeAt(this.view, at));
  }

  table(field: number): FlatTable | undefined {
    const at = this.#pointer(field);
    return at === undefined ? undefined : new FlatTable(this.view, at, this.budget);
  }

  text(field: number): string | undefined {
    const at = this.#pointer(field);
    if (at === undefined) return undefined;
    return bounded(() => {
      const length = this.view.getUint32(at, true);
      this.#pay(length);
      holds(at + 4 + length <= this.view.byteLength, 'its metadata points beyond its end');
      return new TextDecoder().decode(new Uint8Array(this.view.buffer, this.view.byteOffset + at + 4, length));
    });
  }

  tables(field: number): FlatTable[] {
    const { first, count } = this.#vector(field, 4);
    return Array.from({ length: count }, (_, i) => {
      const at = first + 4 * i;
      return new FlatTable(this.view, at + this.view.getUint32(at, true), this.budget);
    });
  }

  /** Pairs of whole numbers that are not negative, 64 bits each, in elements of `bytes`. */
  pairs(field: number, bytes = 16): [first: number, second: number][] {
    const { first, count } = this.#vector(field, bytes);
    return Array.from({ length: count }, (_, i) => {
      const at = first + bytes * i;
      return [sizeAt(this.view, at), sizeAt(this.view, at + bytes - 8)];
    });
  }

  /** Whole numbers that are not negative, 64 bits each. */
  sizes(field: number): number[] {
    const { first, count } = this.#vector(field, 8);
    return Array.from({ length: count }, (_, i) => sizeAt(this.view, first + 8 * i));
  }

  #pay(bytes: number): void {
    this.budget.left -= bytes;
    holds(this.budget.left >= 0, 'its metadata says the same again and again');
  }

  /** Where a field's value is; undefined where it is absent. */
  #place(field: number): number | undefined {
    return bounded(() => {
      const vtable = this.at - this.view.getInt32(this.at, true);
      if (4 + 2 * field >= this.view.getUint16(vtable, true)) return undefined;
      const offset = this.view.getUint16(vtable + 4 + 2 * field, true);
      return offset === 0 ? undefined : this.at + offset;
    });
  }

  #number(field: number, otherwise: number, read: (at: number) => number): number {
    const at = this.#place(field);
    return at === undefined ? otherwise : bounded(() => read(at));
  }

  #pointer(field: number): number | undefined {
    const at = this.#place(field);
    return at === undefined ? undefined : bounded(() => at + this.view.getUint32(at, true));
  }

  /** A vector of elements of so many bytes, all of which are there. */
  #vector(field: number, bytes: number): { first: number; count: number } {
    const at = this.#pointer(field);
    if (at === undefined) return { first: 0, count: 0 };
    const count = bounded(() => this.view.getUint32(at, true));
    holds(at + 4 + count * bytes <= this.view.byteLength, 'its metadata points beyond its end');
    this.#pay(count);
    return { first: at + 4, count };
  }
}

function sizeAt(view: DataView, at: number): number {
  const value = Number(view.getBigInt64(at, true));
  holds(Number.isSafeInteger(value) && value >= 0, 'a length in it is negative or beyond all bounds');
  return value;
}

/** What a DataView refuses is damage. */
function bounded<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof RangeError) throw new Damage('its metadata points beyond its end');
    throw cause;
  }
}
