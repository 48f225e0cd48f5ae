import assert from "node:assert/strict";
import { test } from "node:test";
import { shownText, sizeText } from "./long_text";

test("an ordinary text is shown as it is", () => {
  assert.deepEqual(shownText("Hello **you**", false), { text: "Hello **you**", isCut: false, isMarkdown: true });
});

// Faults 74 and 158.
test("a long text is cut at the end of a line, and shown whole when asked", () => {
  const line = `${"x".repeat(99)}\n`;
  const long = line.repeat(400);

  const first = shownText(long, false);
  assert.equal(first.isCut, true);
  assert.equal(first.text.length, 19_999);
  assert.equal(long[first.text.length], "\n");

  assert.deepEqual(shownText(long, true), { text: long, isCut: false, isMarkdown: true });
});

// Fault 158.
test("one line of 200,000 characters is cut between characters and never read as Markdown as a whole", () => {
  const long = "😀".repeat(100_000);

  const first = shownText(long, false);
  assert.ok(first.text.length <= 20_000 && first.text.endsWith("😀"));
  assert.equal(shownText(`x${long}`, false).text.endsWith("😀"), true);
  assert.equal(shownText(long, true).isMarkdown, false);
});

// Fault 156.
test("of 10,000 marks on one letter a few are left, and letters with one or two keep theirs", () => {
  assert.equal(shownText(`a${"\u0301".repeat(10_000)}b`, false).text, `a${"\u0301".repeat(8)}b`);
  assert.equal(shownText("e\u0301 ไม่ किं", false).text, "e\u0301 ไม่ किं");
});

test("sizes are told in words", () => {
  assert.deepEqual([sizeText("x"), sizeText("x".repeat(21_400)), sizeText("x".repeat(1_240_000))], ["1 kB", "21 kB", "1.2 MB"]);
});
