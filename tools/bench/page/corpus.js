// Seeded chat messages, the same in every run: log-normal lengths (420 bytes of JSON in the middle), three quarters
// ASCII, a fifth with an action. Frames are what a Pusher server sends: JSON inside JSON.

export const SESSION = "bench-session";
const START = 1_760_000_000_000;
const WORDS = "the agent opened page form field button clicked waited result table row price total sent retried error found and then checked value".split(" ");
const WIDE = "消息同步会话顺序重试完成😀🎉失败等待".match(/./gu);

/** mulberry32 */
function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function content(draw, length) {
  const wide = draw() < 0.25;
  let text = "";
  while (text.length < length) text += wide && draw() < 0.5 ? WIDE[Math.floor(draw() * WIDE.length)] : `${WORDS[Math.floor(draw() * WORDS.length)]} `;
  return text;
}

/** Message number `sequence`, always the same for a number. */
export function message(sequence) {
  const draw = random(sequence * 2_654_435_761);
  const normal = Math.sqrt(-2 * Math.log(draw() + 1e-12)) * Math.cos(2 * Math.PI * draw());
  const length = Math.min(4000, Math.max(20, Math.round(130 * Math.exp(0.8 * normal))));
  const user = sequence % 2 === 1;
  return {
    messageId: `${(sequence * 2_654_435_761 >>> 0).toString(16).padStart(8, "0")}-7c1e-4b60-9f7d-${sequence.toString(16).padStart(12, "0")}`,
    sessionId: SESSION,
    role: user ? "user" : "assistant",
    content: content(draw, length),
    timestamp: START + sequence * 1500,
    sequenceNumber: sequence,
    revision: sequence,
    status: user ? "sent" : "success",
    ...(draw() < 0.2 ? { actionPayload: { action: "click", selector: "#submit", attempt: 1, tags: ["form", "buy"] } } : {}),
  };
}

/** A string that came from bytes, as a socket's does: a concatenated one would be flattened by whoever runs first. */
const flat = (text) => new TextDecoder().decode(new TextEncoder().encode(text));

export function frame(sequence) {
  const data = JSON.stringify({ type: "new_message", sessionId: SESSION, message: message(sequence) });
  return flat(JSON.stringify({ event: "new_message", channel: `private-session-${SESSION}`, data }));
}

/** The same beside `count` fields that nobody knows. */
export function crowdedFrame(sequence, count) {
  const unknown = Object.fromEntries(Array.from({ length: count }, (_, index) => [index, 0]));
  const data = { type: "new_message", sessionId: SESSION, ...unknown, message: message(sequence) };
  return flat(JSON.stringify({ event: "new_message", channel: `private-session-${SESSION}`, data }));
}

export function pageBytes(sequences, hasMore = false) {
  const messages = sequences.map(message);
  const last = Math.max(0, ...sequences);
  return new TextEncoder().encode(JSON.stringify({ messages, hasMore, lastSequenceNumber: last, revision: last })).buffer;
}

/** 1 to `count`, shuffled, every twentieth twice. */
export function shuffled(count) {
  const draw = random(count);
  const list = Array.from({ length: count }, (_, index) => index + 1);
  for (let index = 20; index <= count; index += 20) list.push(index);
  for (let index = list.length - 1; index > 0; index -= 1) {
    const other = Math.floor(draw() * (index + 1));
    [list[index], list[other]] = [list[other], list[index]];
  }
  return list;
}

/** Sequence numbers of `count` frames after `from`: nine in ten next in order, one in twenty late, one known. */
export function arrivals(from, count) {
  const draw = random(from + count);
  const order = [];
  let [next, late] = [from + 1, 0];
  while (order.length < count) {
    const luck = draw();
    if (luck < 0.05 && late === 0) late = next++;
    else if (luck < 0.1) order.push(Math.max(1, next - 1 - Math.floor(draw() * 40)));
    else {
      order.push(next++);
      if (late > 0 && draw() < 0.3) {
        order.push(late);
        late = 0;
      }
    }
  }
  if (late > 0) order.push(late);
  return order;
}
