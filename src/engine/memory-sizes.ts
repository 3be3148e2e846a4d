/** Sizes of memories, as options give them. */
import { whole } from '../options.js';

/** Bytes of a page of WebAssembly memory, and of all that 32-bit addresses reach. */
export const PAGE = 65536;
export const FOUR_GIB = 65536 * PAGE;
export const MIB = 16 * PAGE;

/** Bytes of a memory. */
export const bytes = (least: number) => whole(least, FOUR_GIB);
