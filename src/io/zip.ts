/**
 * How large a zip is when unpacked, by the directory at its end (APPNOTE.TXT 4.3): a workbook is unpacked in memory, and a few kilobytes may
 * hold gigabytes.
 */
import { open } from 'node:fs/promises';

/** The last record: 22 bytes and a comment of at most 65535. */
const END = 22 + 0xffff;
const [END_MARK, ENTRY_MARK] = [0x06054b50, 0x02014b50];

/** Bytes of all files in the zip together; infinite where it is larger than the plain format can say, or where there is no directory. */
export async function unpackedSize(path: string): Promise<number> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const tail = Buffer.alloc(Math.min(END, size));
    await file.read(tail, 0, tail.length, size - tail.length);
    let end = tail.length - 22;
    while (end >= 0 && tail.readUInt32LE(end) !== END_MARK) end--;
    if (end < 0) return Number.POSITIVE_INFINITY;
    const directory = Buffer.alloc(Math.min(size, tail.readUInt32LE(end + 12)));
    await file.read(directory, 0, directory.length, tail.readUInt32LE(end + 16));
    let sum = 0;
    for (let at = 0; at + 46 <= directory.length && directory.readUInt32LE(at) === ENTRY_MARK; ) {
      const bytes = directory.readUInt32LE(at + 24);
      sum += bytes === 0xffffffff ? Number.POSITIVE_INFINITY : bytes;
      at += 46 + directory.readUInt16LE(at + 28) + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
    }
    return sum;
  } finally {
    await file.close();
  }
}
