// Blanks the constants that nothing reads any more: once panics and formatting are emptied, nobody needs their texts,
// the places in the sources that they name, and the tables by which characters are found printable. The linker tells
// where each constant is and to which others it points; the finished code tells which addresses it still names.
import { Reader } from "./wasm-names.mjs";

const [CUSTOM, DATA] = [0, 11];
const SYMBOL_TABLE = 8;
/** Kinds of symbols, by WebAssembly's tool conventions: data has a place, a section has no name. */
const [DATUM, SECTION] = [1, 3];
const [UNDEFINED, NAMED] = [0x10, 0x40];
/** Relocations that add a number to the symbol's address or place. */
const WITH_ADDEND = new Set([3, 4, 5, 8, 9, 11, 14, 15, 16, 17, 21, 22, 23, 25]);
/** A code relocation that names an address (MEMORY_ADDR_LEB, _SLEB), and one in data (MEMORY_ADDR_I32). */
const ADDRESS = new Set([3, 4, 5]);

/** The linker's own sections, which nobody after it understands. */
const isLinkers = (name) => name === "linking" || name.startsWith("reloc.");

/** Every section with its name ("" unless custom), where it begins, where its content begins, and its end. */
function sectionsOf(bytes) {
  const reader = new Reader(bytes);
  const sections = [];
  while (reader.at < bytes.length) {
    const start = reader.at;
    const id = bytes[reader.at++];
    const end = reader.number() + reader.at;
    const content = reader.at;
    const name = id === CUSTOM ? reader.text() : "";
    sections.push({ id, name, start, content, body: reader.at, end });
    reader.at = end;
  }
  return sections;
}

function readerAt(bytes, at) {
  const reader = new Reader(bytes);
  reader.at = at;
  return reader;
}

/** The segments of data: the address of each, and where its bytes are in the file. */
function segmentsOf(bytes, section) {
  const reader = readerAt(bytes, section.body);
  return Array.from({ length: reader.number() }, () => {
    if (reader.number() !== 0 || reader.number() !== 0x41) throw new Error("A segment of data has no constant address");
    const address = reader.number();
    reader.at += 1;
    const size = reader.number();
    const at = reader.at;
    reader.at += size;
    return { address, at, size };
  });
}

/** A signed LEB128 number: its last byte's sixth bit is the sign. */
function signed(reader) {
  const start = reader.at;
  const value = reader.number();
  const bits = 7 * (reader.at - start);
  return bits >= 32 ? value | 0 : (value << (32 - bits)) >> (32 - bits);
}

/** The table of symbols; those of data that is there have `segment`, `offset` and `size`. */
function symbolsOf(bytes, section) {
  const reader = readerAt(bytes, section.body);
  reader.number();
  while (reader.at < section.end) {
    const part = bytes[reader.at++];
    const end = reader.number() + reader.at;
    if (part === SYMBOL_TABLE) return Array.from({ length: reader.number() }, () => symbol(reader));
    reader.at = end;
  }
  throw new Error("The linker wrote no table of symbols");
}

function symbol(reader) {
  const [kind, flags] = [reader.number(), reader.number()];
  const isDefined = (flags & UNDEFINED) === 0;
  if (kind === DATUM) {
    reader.text();
    return isDefined ? { segment: reader.number(), offset: reader.number(), size: reader.number() } : {};
  }
  reader.number();
  if (kind !== SECTION && (isDefined || (flags & NAMED) !== 0)) reader.text();
  return {};
}

/** The relocations of one section that name an address: where, of which symbol, and how far from its start. */
function relocationsOf(bytes, section) {
  const reader = readerAt(bytes, section.body);
  reader.number();
  const all = Array.from({ length: reader.number() }, () => {
    const type = reader.number();
    const [offset, symbol] = [reader.number(), reader.number()];
    return { type, offset, symbol, addend: WITH_ADDEND.has(type) ? signed(reader) : 0 };
  });
  if (reader.at !== section.end) throw new Error(`${section.name} holds a relocation of a kind that is not known here`);
  return all.filter(({ type }) => ADDRESS.has(type));
}

/** What the linker tells about the constants of `bytes`: the address and size of each, the addresses in it (`targets`),
 * whether the code names its end as well, and whether it counts from a place outside of it, so that no address in the
 * code shows that it is used. */
export function constantsOf(bytes) {
  const sections = sectionsOf(bytes);
  const data = sections.find(({ id }) => id === DATA);
  const [linking, ofCode, ofData] = ["linking", "reloc.CODE", "reloc.DATA"].map((name) => sections.find((section) => section.name === name));
  if (!data || !linking || !ofCode || !ofData) throw new Error("The module was linked without --emit-relocs");
  const segments = segmentsOf(bytes, data);
  const symbols = symbolsOf(bytes, linking).map(({ segment, offset, size }) => {
    const place = segments[segment];
    if (!place || !size) return undefined;
    return { address: place.address + offset, at: place.at + offset, size, targets: [], hasNamedEnd: false, isReachedFromOutside: false };
  });
  for (const { symbol, addend } of relocationsOf(bytes, ofCode)) {
    const found = symbols[symbol];
    if (found && addend === found.size) found.hasNamedEnd = true;
    if (found && (addend < 0 || addend > found.size)) found.isReachedFromOutside = true;
  }
  const constants = symbols.filter((found) => found !== undefined);
  for (const { offset, symbol, addend } of relocationsOf(bytes, ofData)) {
    const place = data.content + offset;
    const target = symbols[symbol];
    const holders = constants.filter(({ at, size }) => place >= at && place < at + size);
    if (target) for (const { targets } of holders) targets.push(target.address + addend);
  }
  return constants;
}

/** The module without the linker's sections. */
export function withoutRelocations(bytes) {
  const left = sectionsOf(bytes).filter(({ name }) => !isLinkers(name));
  return Buffer.concat([bytes.subarray(0, 8), ...left.map(({ start, end }) => bytes.subarray(start, end))]);
}

/** Every number in the code of a module in text form that may be an address. */
function numbersIn(text) {
  const numbers = new Set();
  for (const [, value] of text.matchAll(/(?:i32\.const |offset=)(-?\d+)/g)) numbers.add(Number(value));
  for (const [, value] of text.matchAll(/i64\.const (-?\d+)/g)) {
    const wide = BigInt.asUintN(64, BigInt(value));
    numbers.add(Number(wide & 0xffffffffn)).add(Number(wide >> 32n));
  }
  for (const [, lanes] of text.matchAll(/v128\.const i32x4((?: 0x[0-9a-f]+)+)/g)) {
    for (const lane of lanes.trim().split(" ")) numbers.add(Number(lane));
  }
  return [...numbers];
}

const holds = ({ address, size, hasNamedEnd }, number) => number >= address && (number < address + size || (hasNamedEnd && number === address + size));

/** Those of `constants` that the code in `text` names, or another one that it names. */
export function usedOf(constants, text) {
  const numbers = numbersIn(text);
  const used = new Set(constants.filter((constant) => constant.isReachedFromOutside || numbers.some((number) => holds(constant, number))));
  // A set that grows is walked to its new end.
  for (const { targets } of used) {
    for (const other of constants) if (targets.some((target) => holds(other, target))) used.add(other);
  }
  return used;
}

/** A copy of the module `bytes` with zeros over those of `constants` that its code, in `text`, does not use. Constants may
 * share bytes, as the tail of a text: such bytes stay as long as one of them is used. */
export function blanked(bytes, constants, text) {
  const result = Buffer.from(bytes);
  const segments = segmentsOf(bytes, sectionsOf(bytes).find(({ id }) => id === DATA));
  const used = usedOf(constants, text);
  const kept = new Set([...used].flatMap(({ address, size }) => Array.from({ length: size }, (_, index) => address + index)));
  let count = 0;
  for (const { address, size } of constants.filter((constant) => !used.has(constant))) {
    for (let place = address; place < address + size; place += 1) {
      const segment = segments.find((each) => place >= each.address && place < each.address + each.size);
      if (!segment || kept.has(place)) continue;
      result[segment.at + place - segment.address] = 0;
      count += 1;
    }
  }
  return { bytes: result, count };
}
