/** Writes text in encodings that TextEncoder does not know, by the inverse of what TextDecoder reads: one and two bytes a character. */

const tables = new Map<string, Map<string, number[]>>();

function tableOf(label: string): Map<string, number[]> {
  let table = tables.get(label);
  if (table) return table;
  table = new Map();
  const read = (bytes: number[]) => {
    // Streamed, since Node 20 reads windows-1252 as Latin-1 otherwise.
    const text = new TextDecoder(label).decode(Uint8Array.from(bytes), { stream: true });
    if ([...text].length === 1 && text !== '\ufffd' && !table?.has(text)) table?.set(text, bytes);
  };
  for (let a = 0; a < 256; a++) read([a]);
  if (!/125|latin|8859/.test(label)) for (let a = 0x81; a < 0xff; a++) for (let b = 0x40; b < 0xff; b++) read([a, b]);
  tables.set(label, table);
  return table;
}

/** @throws for a character that the encoding lacks */
export function encode(text: string, label: string): Uint8Array {
  if (label.startsWith('utf-16')) {
    const bytes = Buffer.from(text, 'utf16le');
    return label === 'utf-16be' ? bytes.swap16() : bytes;
  }
  const table = tableOf(label);
  return Uint8Array.from(
    [...text].flatMap((character) => {
      const bytes = table.get(character);
      if (!bytes) throw new Error(`${label} has no '${character}'`);
      return bytes;
    }),
  );
}
