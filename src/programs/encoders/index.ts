/** Table of contents of the encoders: how features of each kind are encoded inside a worker. */
import type { EncoderKind } from '../encoder.js';
import { category } from './category.js';
import { code } from './code.js';
import { date } from './date.js';
import { normal } from './normal.js';
import { number } from './number.js';
import { text } from './text.js';

/** By the `kind` of their plans. */
export const encoders: Record<string, EncoderKind> = {
  number: number as EncoderKind,
  date: date as EncoderKind,
  category: category as EncoderKind,
  code: code as EncoderKind,
  normal: normal as EncoderKind,
  text: text as EncoderKind,
};
