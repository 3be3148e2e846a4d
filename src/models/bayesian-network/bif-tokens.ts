/** The tokens of the Interchange Format: words, texts in quotes and marks, each with its line; comments are left out. */
import { errors } from '../../errors.js';

export interface Token {
  /** what is written, without quotes; '' at the end of the text */
  text: string;
  /** from 1 on */
  line: number;
  /** a word or a text in quotes, rather than a mark */
  word: boolean;
}

/** Marks end a word. Others, such as <, = and /, stand in the names of states. */
const MARKS = '{}()[]|,;';
const SPACE = /[\s\ufeff]+/y;
const COMMENT = /\/\/[^\n]*|\/\*[\s\S]*?\*\//y;
const QUOTED = /"([^"\n]*)"/y;
const WORD = /[^\s\ufeff{}()[\]|,;"]+/y;

/** @throws CameoError 'file' for a comment or a quote that does not end */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found) at += found[0].length;
    return found;
  };
  while (at < text.length) {
    const blank = take(SPACE) ?? take(COMMENT);
    if (blank) {
      for (const letter of blank[0]) if (letter === '\n') line++;
      continue;
    }
    if (text.startsWith('/*', at)) throw errors.bif(line, 'the end of a comment, */', 'none');
    if (MARKS.includes(text[at])) {
      tokens.push({ text: text[at++], line, word: false });
      continue;
    }
    const word = take(QUOTED)?.[1] ?? take(WORD)?.[0];
    if (word === undefined) throw errors.bif(line, 'the end of a text in quotes in the same line', 'none');
    tokens.push({ text: word, line, word: true });
  }
  tokens.push({ text: '', line, word: false });
  return tokens;
}
