// Which part of a WebAssembly module takes how many bytes, from its own name section.

/** Reads a module's bytes: LEB128 numbers and names. */
export class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 8;
  }

  number() {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.bytes[this.at++];
      value |= (byte & 127) << shift;
      if (byte < 128) return value >>> 0;
    }
  }

  text() {
    const length = this.number();
    this.at += length;
    return this.bytes.toString("utf8", this.at - length, this.at);
  }
}

const [CUSTOM, CODE] = [0, 10];

function codes(reader) {
  return Array.from({ length: reader.number() }, () => {
    const size = reader.number();
    reader.at += size;
    return reader.bytes.subarray(reader.at - size, reader.at);
  });
}

/** The names of functions, by index; the part with number 1 of the section "name". */
function functionNames(reader, end) {
  const names = new Map();
  while (reader.at < end) {
    const part = reader.bytes[reader.at++];
    const next = reader.number() + reader.at;
    if (part === 1) {
      for (let left = reader.number(); left > 0; left -= 1) names.set(reader.number(), reader.text());
    }
    reader.at = next;
  }
  return names;
}

/** Every function of a module with its name, its code and the length of that, and the sizes of the sections. */
export function functionsOf(bytes) {
  const reader = new Reader(bytes);
  const sections = new Map();
  let [bodies, names] = [[], new Map()];
  while (reader.at < bytes.length) {
    const id = bytes[reader.at++];
    const size = reader.number();
    const end = reader.at + size;
    sections.set(id, (sections.get(id) ?? 0) + size);
    if (id === CODE) bodies = codes(reader);
    if (id === CUSTOM && reader.text() === "name") names = functionNames(reader, end);
    reader.at = end;
  }
  const imported = WebAssembly.Module.imports(new WebAssembly.Module(bytes)).filter(({ kind }) => kind === "function").length;
  return { functions: bodies.map((code, index) => ({ name: names.get(index + imported) ?? "", size: code.length, code })), sections };
}

/** To whom a function belongs: a module of ours, a crate, or the standard library. */
export function ownerOf(name) {
  const plain = name.replaceAll(/\[[0-9a-f]{16}\]/g, "");
  if (plain.includes("sidewire_json::")) return "sidewire-json";
  const own = /sidewire_(core|wasm)::(\w+)/.exec(plain);
  if (own) return `sidewire-${own[1]} ${own[2]}`;
  if (/^raw(?:client|tabs)_/.test(plain)) return "sidewire-wasm exports";
  const crate = /\b(gloo_\w+|js_sys|web_sys|wasm_bindgen_futures|wasm_bindgen|serde_wasm_bindgen|serde_core|talc)\b/.exec(plain) ?? /__externref|__wbindgen/.exec(plain);
  if (crate) return crate[1] ?? "wasm_bindgen";
  const standard = /\b(alloc|core|std)::(\w+)/.exec(plain);
  return standard ? `${standard[1]} ${standard[2]}` : "other";
}
