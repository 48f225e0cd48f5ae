import assert from "node:assert/strict";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

interface Constant {
  readonly address: number;
  readonly size: number;
}

interface DeadData {
  readonly constantsOf: (bytes: Buffer) => readonly Constant[];
  readonly blanked: (bytes: Buffer, constants: readonly Constant[], text: string) => { readonly bytes: Buffer; readonly count: number };
  readonly withoutRelocations: (bytes: Buffer) => Buffer;
}

const script = new URL("tools/scripts/lib/dead-data.mjs", pathToFileURL(`${process.cwd()}/`)).href;
const { blanked, constantsOf, withoutRelocations } = (await import(script)) as DeadData;

const [CUSTOM, DATA] = [0, 11];
const [ADDRESS_IN_CODE, ADDRESS_IN_DATA] = [4, 5];

const text = (value: string): number[] => [value.length, ...Buffer.from(value)];
const section = (id: number, content: readonly number[]): number[] => [id, content.length, ...content];
const custom = (name: string, content: readonly number[]): number[] => section(CUSTOM, [...text(name), ...content]);
/** A symbol of data in the only segment. */
const symbol = (name: string, offset: number, size: number): number[] => [1, 0, ...text(name), 0, offset, size];

// At address 32: a list that points to its first text, then texts of three bytes each.
const BYTES = [...[36, 0, 0, 0], ...Buffer.from("onetwosixten")];
const SYMBOLS = [symbol("list", 0, 4), symbol("one", 4, 3), symbol("two", 7, 3), symbol("six", 10, 3), symbol("ten", 13, 3), symbol("o", 9, 1)];

/** A module as the linker writes it; `inCode` are the constants that the code names, each with what is added to it. */
function linked(inCode: readonly (readonly [symbol: number, addend: number])[]): Buffer {
  const data = [1, 0, 0x41, 32, 0x0b, BYTES.length, ...BYTES];
  const content = 6;
  const symbols = [SYMBOLS.length, ...SYMBOLS.flat()];
  return Buffer.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(DATA, data),
    ...custom("linking", [2, 8, symbols.length, ...symbols]),
    ...custom("reloc.CODE", [0, inCode.length, ...inCode.flatMap(([index, addend]) => [ADDRESS_IN_CODE, 0, index, addend & 0x7f])]),
    ...custom("reloc.DATA", [0, 1, ADDRESS_IN_DATA, content, 1, 0]),
  ]);
}

const dataAfter = (module: Buffer, code: string): string => {
  const { bytes } = blanked(withoutRelocations(module), constantsOf(module), code);
  return bytes.subarray(-BYTES.length).subarray(4).toString("latin1").replaceAll("\0", ".");
};

test("constants that neither the code nor a used constant names are blanked, and no others", () => {
  const module = linked([[0, 0], [2, 0]]);

  assert.equal(dataAfter(module, "(i32.const 32)"), "one.........");
  assert.equal(dataAfter(module, "(i32.load offset=39 (local.get 0)) (i32.const 44)"), "...twosix...");
  assert.equal(dataAfter(module, "(i64.const 180388626432)"), "......six...");
  assert.equal(dataAfter(module, "(v128.const i32x4 0x00000000 0x0000002d 0x00000001 0x00000002)"), ".........ten");
});

test("bytes that a used constant shares with an unused one stay", () => {
  assert.equal(dataAfter(linked([]), "(i32.const 41)"), "...two......");
  assert.equal(dataAfter(linked([]), "(i32.const 39)"), "...two......");
});

test("a constant whose end the code names is used when its end is named", () => {
  assert.equal(dataAfter(linked([[4, 3]]), "(i32.const 48)"), ".........ten");
  assert.equal(dataAfter(linked([[4, 0]]), "(i32.const 48)"), "............");
});

test("a constant that the code counts to from outside is never blanked", () => {
  assert.equal(dataAfter(linked([[3, -1]]), "(i32.const 38)"), "one...six...");
  assert.equal(dataAfter(linked([[3, 4]]), "(i32.const 38)"), "one...six...");
  assert.equal(dataAfter(linked([[3, 2]]), "(i32.const 38)"), "one.........");
});

test("a module that tells no relocations is refused with what to do", () => {
  assert.throws(() => constantsOf(withoutRelocations(linked([]))), /--emit-relocs/);
});
