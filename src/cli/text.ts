/** Text that fits a terminal. */

/** Characters that take two columns: East Asian wide and full-width forms, and pictures (UAX #11, the blocks that matter). */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/gu;
const COMBINING = /\p{Mn}/gu;

/** Columns that a text takes on a terminal. */
export function widthOf(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  return [...text.replace(COMBINING, '')].length + (text.match(WIDE)?.length ?? 0);
}

export const padEnd = (text: string, width: number) => text + ' '.repeat(Math.max(0, width - widthOf(text)));
export const padStart = (text: string, width: number) => ' '.repeat(Math.max(0, width - widthOf(text))) + text;

/** Breaks lines at words so that none is wider than `width`; a word that is wider stays whole. What follows a break is indented as its line. */
export function wrap(text: string, width: number): string {
  if (!Number.isFinite(width)) return text;
  return text
    .split('\n')
    .map((line) => {
      const indent = /^ */.exec(line)?.[0] ?? '';
      return words(line.slice(indent.length), width - indent.length)
        .map((part) => indent + part)
        .join('\n');
    })
    .join('\n');
}

/** The lines of one paragraph. Spaces inside a line stay as they are. */
export function words(text: string, width: number): string[] {
  if (widthOf(text) <= width) return [text];
  const lines: string[] = [];
  let line = '';
  for (const [piece] of text.matchAll(/ *[^ ]+/g)) {
    if (line && widthOf(line + piece) > width) {
      lines.push(line);
      line = piece.trimStart();
    } else line += piece;
  }
  return [...lines, line];
}
