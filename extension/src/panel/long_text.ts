/** Text that would take too long to lay out at once is cut, with a way to see the rest. */

/** Longer texts are cut at first, in characters. */
const FIRST_SHOWN = 20_000;

/** Longer texts are shown as they are, without Markdown: reading it would block the panel. */
const MARKDOWN_MOST = 60_000;

/** Marks that are stacked on one letter beyond this many are left out: they would cover other messages. */
const MAX_MARKS = 8;

/** A text as it is shown. */
export interface ShownText {
  readonly text: string;
  readonly isCut: boolean;
  readonly isMarkdown: boolean;
}

/** What is shown of a text; `isWhole` once the user has asked for all of it. */
export function shownText(content: string, isWhole: boolean): ShownText {
  const isCut = !isWhole && content.length > FIRST_SHOWN;
  const text = isCut ? cutAt(content, FIRST_SHOWN) : content;
  return { text: withFewMarks(text), isCut, isMarkdown: text.length <= MARKDOWN_MOST };
}

/** The size of a text in words, such as `120 kB`. */
export function sizeText(content: string): string {
  const kilobytes = Math.max(1, Math.round(content.length / 1_000));
  return kilobytes < 1_000 ? `${kilobytes} kB` : `${(kilobytes / 1_000).toFixed(1)} MB`;
}

/** Cuts at the end of a line if one is near, never inside of a character. */
function cutAt(content: string, length: number): string {
  const line = content.lastIndexOf("\n", length);
  if (line > length * 0.8) return content.slice(0, line);
  const last = content.charCodeAt(length - 1);
  const isHalf = last >= 0xd800 && last < 0xdc00;
  return content.slice(0, isHalf ? length - 1 : length);
}

function withFewMarks(text: string): string {
  return text.replace(TOO_MANY_MARKS, "$1");
}

const TOO_MANY_MARKS = new RegExp(`((?:\\p{M}){${MAX_MARKS}})\\p{M}+`, "gu");
