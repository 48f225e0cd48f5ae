import type { ChatMessage, Turn } from "../types/index.js";

/** Groups messages into turns; a turn of `before` whose messages are unchanged is taken over as it is. */
export function groupTurns(messages: readonly ChatMessage[], before: readonly Turn[]): readonly Turn[] {
  const known = new Map(before.map((turn) => [turn.id, turn]));
  const groups: ChatMessage[][] = [];
  for (const message of messages) {
    const last = groups.at(-1);
    if (message.role === "user" || last === undefined) groups.push([message]);
    else last.push(message);
  }
  const turns = groups.map((group) => {
    const turn = turnOf(group);
    const old = known.get(turn.id);
    return old && sameTurn(old, turn) ? old : turn;
  });
  return sameTurns(before, turns) ? before : Object.freeze(turns);
}

function turnOf(group: readonly ChatMessage[]): Turn {
  const [first, ...rest] = group;
  const isUsers = first?.role === "user";
  const answers = isUsers ? rest : group;
  return Object.freeze({ id: first?.id ?? "", user: isUsers ? first : null, answers: Object.freeze([...answers]) });
}

function sameTurn(a: Turn, b: Turn): boolean {
  return a.user === b.user && a.answers.length === b.answers.length && a.answers.every((answer, index) => answer === b.answers[index]);
}

function sameTurns(a: readonly Turn[], b: readonly Turn[]): boolean {
  return a.length === b.length && a.every((turn, index) => turn === b[index]);
}
