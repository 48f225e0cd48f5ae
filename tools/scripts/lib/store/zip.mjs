// A zip file whose bytes follow from its contents alone: sorted names, one date, no attributes of this machine.
import { crc32 as nativeCrc32, deflateRawSync, inflateRawSync } from "node:zlib";

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const VERSION = 20;
const UTF8 = 0x0800;
const DEFLATED = 8;
/** 1 January 1980, the first day that the format knows. */
const DATE = 0x0021;

const TABLE = Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});

/** Node has it since 20.15. */
function crc32(bytes) {
  if (nativeCrc32 !== undefined) return nativeCrc32(bytes);
  let crc = 0xffffffff;
  for (const byte of bytes) crc = TABLE[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/** The fields that both headers of a file share, from the version on. */
function fields(name, bytes, packed) {
  const buffer = Buffer.alloc(26);
  [VERSION, UTF8, DEFLATED, 0, DATE].forEach((value, index) => buffer.writeUInt16LE(value, index * 2));
  buffer.writeUInt32LE(crc32(bytes), 10);
  buffer.writeUInt32LE(packed.length, 14);
  buffer.writeUInt32LE(bytes.length, 18);
  buffer.writeUInt16LE(Buffer.byteLength(name), 22);
  return buffer;
}

const word = (value) => {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
};

/** `files`: `{name: bytes}`, with `/` between folders. */
export function zip(files) {
  const entries = Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1));
  const bodies = [];
  const directory = [];
  let offset = 0;
  for (const [name, content] of entries) {
    const bytes = Buffer.from(content);
    const packed = deflateRawSync(bytes, { level: 9 });
    const shared = fields(name, bytes, packed);
    const body = Buffer.concat([word(LOCAL), shared, Buffer.from(name), packed]);
    // Made by version; no comment, disk 0, no attributes; then where the file is.
    directory.push(Buffer.concat([word(CENTRAL), Buffer.from([VERSION, 0]), shared, Buffer.alloc(10), word(offset), Buffer.from(name)]));
    bodies.push(body);
    offset += body.length;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(END, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...bodies, listed, end]);
}

/** The files of a zip that `zip` made, by the directory at its end; throws when a file is not what it was. */
export function unzip(bytes) {
  const end = bytes.length - 22;
  if (end < 0 || bytes.readUInt32LE(end) !== END) throw new Error("not a zip, or one with a comment");
  const files = {};
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left -= 1) {
    const nameLength = bytes.readUInt16LE(at + 28);
    const name = bytes.toString("utf8", at + 46, at + 46 + nameLength);
    const start = bytes.readUInt32LE(at + 42) + 30 + nameLength;
    const content = inflateRawSync(bytes.subarray(start, start + bytes.readUInt32LE(at + 20)));
    if (crc32(content) !== bytes.readUInt32LE(at + 16)) throw new Error(`${name} is damaged`);
    files[name] = content;
    at += 46 + nameLength;
  }
  return files;
}
