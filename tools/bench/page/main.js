// Runs in one page, all engines side by side. `globalThis.bench` is what the script outside calls.
import { arrivals, crowdedFrame, frame, message, pageBytes, SESSION, shuffled } from "./corpus.js";
import { memory, Ours, prepare } from "./engines/ours.js";
import { Plain } from "./engines/plain.js";
import { Seeds } from "./engines/seeds.js";

const WINDOW = 50;

const sum = (list) => list.reduce((a, b) => a + b, 0);
const mean = (list) => sum(list) / list.length;
const quantile = (list, share) => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * share))];
const median = (list) => quantile(list, 0.5);
const rest = () => new Promise((done) => setTimeout(done, 20));

const ids = (rows) => rows.map((row) => row.messageId ?? row.id);

async function filled(Engine, count, options) {
  const engine = new Engine(options);
  await engine.ready?.();
  if (engine.prefill) engine.prefill(Array.from({ length: count }, (_, index) => message(index + 1)));
  else for (let sequence = 1; sequence <= count; sequence += 1) (engine.arrive ?? engine.frame).call(engine, frame(sequence));
  return engine;
}

/** Throws unless the last rows are the newest messages in their order, each once. */
function check(engine, last, length) {
  const expected = Array.from({ length: WINDOW }, (_, index) => message(last - WINDOW + 1 + index).messageId);
  const found = ids(engine.window(engine.length - WINDOW, engine.length));
  if (engine.length !== length || found.join() !== expected.join()) throw new Error(`${engine.name} shows other rows than were sent`);
}

/** Times of `texts`, in µs per frame, over groups: a single fast call is shorter than the clock's step. */
function timed(engine, texts, group) {
  const groups = [];
  for (let at = 0; at + group <= texts.length; at += group) {
    const started = performance.now();
    for (let index = at; index < at + group; index += 1) engine.frame(texts[index]);
    groups.push(((performance.now() - started) * 1000) / group);
  }
  return groups;
}

async function frameRun(Engine, size, count) {
  const engine = await filled(Engine, size);
  const order = arrivals(size, count + (Engine === Seeds ? 0 : 300));
  const texts = order.map(frame);
  await rest();
  const warm = Engine === Seeds ? [] : texts.splice(0, 300);
  for (const text of warm) engine.frame(text);
  await rest();
  const group = Engine === Seeds ? 1 : 10;
  const groups = timed(engine, texts, group);
  // What is left over by the groups is sent too, so that the end can be checked.
  for (const text of texts.slice(groups.length * group)) engine.frame(text);
  const last = Math.max(size, ...order);
  check(engine, last, last);
  engine.close();
  return { mean: mean(groups), p50: median(groups), p99: quantile(groups, 0.99) };
}

/** Rounds in turn, so that what disturbs the machine disturbs all; medians. */
async function interleaved(rounds, runs) {
  const results = runs.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, run] of runs.entries()) {
      results[index].push(await run());
      await rest();
    }
  }
  const fields = (list) => Object.fromEntries(Object.keys(list[0]).map((field) => [field, median(list.map((result) => result[field]))]));
  return results.map((list) => (typeof list[0] === "number" ? median(list) : fields(list)));
}

async function frames({ size, rounds, count, seedsCount }) {
  const [ours, plain] = await interleaved(rounds, [() => frameRun(Ours, size, count), () => frameRun(Plain, size, count)]);
  const seeds = seedsCount > 0 ? await frameRun(Seeds, size, seedsCount) : null;
  return { ours, plain, seeds };
}

async function burstRun(Engine, size) {
  const engine = await filled(Engine, size);
  const texts = Array.from({ length: 1000 }, (_, index) => frame(size + 1 + index));
  await rest();
  const started = performance.now();
  if (engine.arrive) for (const text of texts) engine.arrive(text);
  else for (const text of texts) engine.frame(text);
  engine.window(engine.length - WINDOW, engine.length);
  const ms = performance.now() - started;
  check(engine, size + 1000, size + 1000);
  engine.close();
  return ms;
}

async function burst({ size, rounds, seeds }) {
  const [ours, plain] = await interleaved(rounds, [() => burstRun(Ours, size), () => burstRun(Plain, size)]);
  return { ours, plain, seeds: seeds ? await burstRun(Seeds, size) : null };
}

/** Frames as tasks of their own: how often subscribers are told per painted frame, and the longest task. */
async function notifications({ count }) {
  const engine = await filled(Ours, 1000, { notify: "frame" });
  let [told, frames, longest, arrived] = [0, 0, 0, 0];
  engine.client.subscribe(() => (told += 1));
  let counting = true;
  requestAnimationFrame(function next() {
    frames += 1;
    if (counting) requestAnimationFrame(next);
  });
  const texts = Array.from({ length: count }, (_, index) => frame(1001 + index));
  const channel = new MessageChannel();
  await new Promise((done) => {
    channel.port1.onmessage = () => {
      const started = performance.now();
      engine.arrive(texts[arrived]);
      longest = Math.max(longest, performance.now() - started);
      arrived += 1;
      if (arrived === count) done();
      else channel.port2.postMessage(0);
    };
    channel.port2.postMessage(0);
  });
  await new Promise((done) => setTimeout(done, 150));
  counting = false;
  check(engine, 1000 + count, 1000 + count);
  engine.close();
  return { told, frames: frames + 1, longest };
}

/** One frame with so many unknown fields, to its row; ms. */
async function crowded({ fields, rounds }) {
  const engine = await filled(Ours, 1000);
  const times = [];
  for (let sequence = 1001; sequence <= 1000 + rounds; sequence += 1) {
    const text = crowdedFrame(sequence, fields);
    const started = performance.now();
    const row = engine.frame(text);
    times.push(performance.now() - started);
    if (row === undefined || ids([row])[0] !== message(sequence).messageId) throw new Error("a message among unknown fields is not shown");
  }
  engine.close();
  return { ms: median(times) };
}

async function page({ size, count }) {
  const engine = await filled(Ours, size);
  const plain = await filled(Plain, size);
  const results = { ours: [], plain: [], floor: [] };
  for (let round = 1; round <= count; round += 1) {
    const newest = size + round;
    const bytes = pageBytes(Array.from({ length: WINDOW }, (_, index) => newest - WINDOW + 1 + index));
    results.ours.push(await engine.page(bytes));
    let started = performance.now();
    plain.page(bytes);
    results.plain.push((performance.now() - started) * 1000);
    started = performance.now();
    JSON.parse(new TextDecoder().decode(bytes));
    results.floor.push((performance.now() - started) * 1000);
  }
  check(engine, size + count, size + count);
  check(plain, size + count, size + count);
  engine.close();
  return Object.fromEntries(Object.entries(results).map(([name, list]) => [name, median(list.slice(Math.floor(list.length / 4)))]));
}

async function bulkRun(Engine, size, bytes) {
  const engine = new Engine();
  let us;
  if (Engine === Ours) us = await engine.bulk(bytes);
  else {
    const started = performance.now();
    engine.bulk(bytes);
    engine.window(engine.length - WINDOW, engine.length);
    us = (performance.now() - started) * 1000;
  }
  check(engine, size, size);
  engine.close();
  return us / 1000;
}

async function bulk({ size, rounds, seeds }) {
  const bytes = pageBytes(shuffled(size));
  const [ours, plain] = await interleaved(rounds, [() => bulkRun(Ours, size, bytes), () => bulkRun(Plain, size, bytes)]);
  return { ours, plain, seeds: seeds ? await bulkRun(Seeds, size, bytes) : null, bytes: bytes.byteLength };
}

/** Leaves one engine with so many messages, for the memory to be read from outside. */
let kept;
async function hold({ engine, size }) {
  const before = memory.buffer.byteLength;
  let json = 0;
  for (let sequence = 1; sequence <= size; sequence += 97) json += new TextEncoder().encode(JSON.stringify(message(sequence))).length;
  kept = await filled(engine === "ours" ? Ours : Plain, size);
  return { before, wasm: memory.buffer.byteLength, json: json / Math.ceil(size / 97) };
}

async function echo({ count }) {
  const engine = await filled(Ours, 1000);
  const times = [];
  for (let index = 0; index < count; index += 1) {
    const started = performance.now();
    const id = engine.client.sendMessage({ content: `hello ${index}` });
    const { length } = engine.client.getSnapshot();
    const [row] = engine.client.rows(length - 1, length);
    times.push(performance.now() - started);
    if (row?.clientMessageId !== id) throw new Error("the echo is not the last row");
    await rest();
  }
  engine.close();
  return { p50: median(times), p99: quantile(times, 0.99) };
}

/** An unchanged message keeps its identity, in rows and in the whole list. */
async function identity() {
  const engine = await filled(Ours, 500);
  const before = engine.client.messages();
  const window = engine.client.rows(400, 500);
  engine.frame(frame(501));
  const after = engine.client.messages();
  const same = before.every((row, index) => row === after[index]) && window.every((row, index) => row === after[400 + index]);
  engine.close();
  if (!same) throw new Error("an unchanged message became another object");
  return { same };
}

const cases = { frames, burst, notifications, crowded, page, bulk, hold, echo, identity, forget: async () => void kept?.close() };

await prepare();
globalThis.bench = async (name, options = {}) => cases[name](options);
globalThis.benchSession = SESSION;
