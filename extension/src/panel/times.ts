/** Times in words. */

import { texts } from "../texts";

const DAY_MS = 86_400_000;

/** The label of the day that a message begins, or `null` when its day is that of the message before. */
export function dayLabel(time: number | null, previous: number | null, now = Date.now(), locale?: string): string | null {
  if (time === null) return null;
  if (previous !== null && startOfDay(time) === startOfDay(previous)) return null;
  return dayName(time, now, locale);
}

/** A day as people say it. */
export function dayName(time: number, now: number, locale?: string): string {
  const days = Math.round((startOfDay(now) - startOfDay(time)) / DAY_MS);
  if (days === 0) return texts.today;
  if (days === 1) return texts.yesterday;
  const isThisYear = new Date(time).getFullYear() === new Date(now).getFullYear();
  return new Intl.DateTimeFormat(locale, {
    weekday: "short",
    day: "numeric",
    month: "short",
    ...(isThisYear ? {} : { year: "numeric" }),
  }).format(time);
}

/** Hours and minutes. */
export function clockTime(time: number, locale?: string): string {
  return new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" }).format(time);
}

/** Hours, minutes, seconds and milliseconds, for logs. */
export function preciseTime(time: number): string {
  const date = new Date(time);
  const part = (value: number, length = 2): string => String(value).padStart(length, "0");
  return `${part(date.getHours())}:${part(date.getMinutes())}:${part(date.getSeconds())}.${part(date.getMilliseconds(), 3)}`;
}

/** The clock today, the day otherwise: for lists. */
export function listTime(time: number, now = Date.now(), locale?: string): string {
  return startOfDay(time) === startOfDay(now) ? clockTime(time, locale) : dayName(time, now, locale);
}

function startOfDay(time: number): number {
  const date = new Date(time);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}
