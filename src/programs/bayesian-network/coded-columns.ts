/** Categorical columns as codes: of each row the position of its state among the variable's states, or the code of a missing value. */
export interface CodedColumns {
  /** of each variable */
  readonly names: readonly string[];
  /** of each variable, its states' names; at most 255 where the codes are bytes, 65,535 otherwise */
  readonly states: readonly (readonly string[])[];
  readonly rows: number;
  /** of each variable [rows]; missing values are `missingCode` */
  readonly codes: readonly Codes[];
}

/** u8[rows] or u16[rows] */
export type Codes = Uint8Array | Uint16Array;

/** The code of a missing value: the largest of its type. */
export const missingCode = (codes: Codes): number => (codes.BYTES_PER_ELEMENT === 1 ? 0xff : 0xffff);

/** Codes of `rows` rows of a variable with so many states, all 0: bytes where they do. */
export const newCodes = (states: number, rows: number): Codes =>
  states <= 0xff ? new Uint8Array(rows) : new Uint16Array(rows);
