import assert from "node:assert/strict";
import { test } from "node:test";
import { clockTime, dayLabel, dayName, listTime, preciseTime } from "./times";

const now = new Date(2026, 4, 12, 15, 30).getTime();

test("a day is named once, at its first message", () => {
  const morning = new Date(2026, 4, 12, 8, 0).getTime();

  assert.equal(dayLabel(morning, null, now, "en-GB"), "Today");
  assert.equal(dayLabel(now, morning, now, "en-GB"), null);
  assert.equal(dayLabel(morning, new Date(2026, 4, 11, 23, 59).getTime(), now, "en-GB"), "Today");
  assert.equal(dayLabel(null, morning, now, "en-GB"), null);
});

test("days are named as people say them", () => {
  assert.equal(dayName(new Date(2026, 4, 11, 23, 59).getTime(), now, "en-GB"), "Yesterday");
  assert.match(dayName(new Date(2026, 4, 1).getTime(), now, "en-GB"), /1 May/);
  assert.match(dayName(new Date(2024, 4, 1).getTime(), now, "en-GB"), /2024/);
});

test("lists show the clock today and the day before", () => {
  assert.equal(listTime(now, now, "en-GB"), "15:30");
  assert.equal(listTime(new Date(2026, 4, 11, 1, 0).getTime(), now, "en-GB"), "Yesterday");
  assert.equal(clockTime(now, "en-GB"), "15:30");
});

test("log times show milliseconds", () => {
  assert.equal(preciseTime(new Date(2026, 4, 12, 5, 6, 7, 8).getTime()), "05:06:07.008");
});
