// The algorithm of the older documents (version 2.2): zustand with immer; search, push, sort of a copy for each message.
// Decoding is pusher-js's: the frame, then its data, then a handler found by the event's name.
import { create } from "zustand";
import { immer } from "zustand/middleware/immer";

const order = (a, b) => {
  if (a.sequenceNumber !== undefined && b.sequenceNumber !== undefined) return a.sequenceNumber - b.sequenceNumber;
  return new Date(a.timestamp).getTime() - new Date(b.timestamp).getTime();
};

const chatMessage = ({ messageId, ...rest }) => ({ ...rest, id: messageId, timestamp: rest.timestamp });

export class Seeds {
  name = "seeds";
  #store = create(immer(() => ({ currentTask: { messages: [] } })));
  #handlers = new Map([["new_message", (payload) => this.#add(chatMessage(payload.message))]]);

  get length() {
    return this.#store.getState().currentTask.messages.length;
  }

  /** Many at once, without its own slow way: only what comes afterwards is measured. */
  prefill(messages) {
    this.#store.setState({ currentTask: { messages: messages.map(chatMessage) } });
  }

  frame(text) {
    const { event, data } = JSON.parse(text);
    this.#handlers.get(event)?.(JSON.parse(data));
  }

  page(bytes) {
    const { messages } = JSON.parse(new TextDecoder().decode(bytes));
    this.#store.setState((draft) => {
      const known = new Set(draft.currentTask.messages.map((message) => message.id));
      for (const message of messages) {
        if (known.has(message.messageId)) continue;
        // Left out there, so that a page that repeats an id inserted it twice; mended here to compare equal work.
        known.add(message.messageId);
        draft.currentTask.messages.push(chatMessage(message));
      }
      draft.currentTask.messages = [...draft.currentTask.messages].sort(order);
    });
  }

  bulk(bytes) {
    this.page(bytes);
  }

  window(start, end) {
    return this.#store.getState().currentTask.messages.slice(start, end);
  }

  #add(message) {
    this.#store.setState((draft) => {
      const { messages } = draft.currentTask;
      const index = messages.findIndex((known) => known.id === message.id);
      if (index >= 0) {
        messages[index] = { ...messages[index], ...message };
        return;
      }
      messages.push(message);
      draft.currentTask.messages = [...messages].sort(order);
    });
  }

  close() {}
}
