// The best that plain JavaScript gives: a map by id and one ordered array with binary insertion and a short way for
// what belongs at the end.

const before = (a, b) => a.sequenceNumber - b.sequenceNumber || (a.messageId < b.messageId ? -1 : 1);

export class Plain {
  name = "plain JS";
  #known = new Map();
  #list = [];

  get length() {
    return this.#list.length;
  }

  frame(text) {
    const { event, data } = JSON.parse(text);
    if (event === "new_message") this.#merge(JSON.parse(data).message);
  }

  page(bytes) {
    for (const message of JSON.parse(new TextDecoder().decode(bytes)).messages) this.#merge(message);
  }

  bulk(bytes) {
    for (const message of JSON.parse(new TextDecoder().decode(bytes)).messages) {
      if (this.#known.has(message.messageId)) continue;
      this.#known.set(message.messageId, message);
      this.#list.push(message);
    }
    this.#list.sort(before);
  }

  window(start, end) {
    return this.#list.slice(start, end);
  }

  #merge(message) {
    const known = this.#known.get(message.messageId);
    if (known) {
      if (message.revision > known.revision) Object.assign(known, message);
      return;
    }
    this.#known.set(message.messageId, message);
    const list = this.#list;
    const last = list.at(-1);
    if (!last || before(last, message) < 0) {
      list.push(message);
      return;
    }
    let [low, high] = [0, list.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (before(list[middle], message) < 0) low = middle + 1;
      else high = middle;
    }
    list.splice(low, 0, message);
  }

  close() {}
}
