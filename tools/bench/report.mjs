// docs/benchmarks.md and its plot, from the rows of a run.
import { writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";

import { inRoot } from "../scripts/lib/paths.mjs";

const number = (value) => (value === null ? "" : value.toLocaleString("en-GB", { maximumSignificantDigits: 4 }));

function table(rows) {
  const lines = rows.map(({ what, size, ours, rival, ratio, goal, ok }) => `| ${what} | ${size ?? ""} | ${number(ours)} | ${number(rival)} | ${number(ratio)} | ${goal ?? ""} | ${goal === null ? "" : ok ? "reached" : "**missed**"} |`);
  return ["| what | size | ours | rival | ratio | goal | |", "|---|---:|---:|---:|---:|---:|---|", ...lines].join("\n");
}

/** Mean time per message over the size of the session, both axes logarithmic. */
function plot(bySize) {
  const [width, height, left, bottom, top] = [640, 360, 70, 50, 20];
  const sizes = [...bySize.keys()];
  const series = ["seeds", "plain", "ours"].map((name) => [name, sizes.map((size) => [size, bySize.get(size)[name]?.mean]).filter(([, value]) => value)]);
  const values = series.flatMap(([, points]) => points.map(([, value]) => value));
  const [low, high] = [Math.floor(Math.log10(Math.min(...values))), Math.ceil(Math.log10(Math.max(...values)))];
  const x = (size) => left + ((Math.log10(size) - Math.log10(sizes[0])) / Math.max(1, Math.log10(sizes.at(-1)) - Math.log10(sizes[0]))) * (width - left - 110);
  const y = (value) => height - bottom - ((Math.log10(value) - low) / (high - low)) * (height - bottom - top);
  const colours = { seeds: "#b3261e", plain: "#6b7280", ours: "#1d4ed8" };
  const names = { seeds: "seeds", plain: "plain JS", ours: "sidewire" };
  const parts = [`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`, `<title>Time per message over the size of the session</title>`, `<rect width="100%" height="100%" fill="#ffffff"/>`];
  for (let power = low; power <= high; power += 1) {
    const at = y(10 ** power).toFixed(1);
    parts.push(`<line x1="${left}" x2="${width - 110}" y1="${at}" y2="${at}" stroke="#e5e7eb"/><text x="${left - 8}" y="${Number(at) + 4}" text-anchor="end">${(10 ** power).toLocaleString("en-GB")} µs</text>`);
  }
  for (const size of sizes) parts.push(`<text x="${x(size).toFixed(1)}" y="${height - bottom + 20}" text-anchor="middle">${size.toLocaleString("en-GB")}</text>`);
  parts.push(`<text x="${(left + width - 110) / 2}" y="${height - 8}" text-anchor="middle">messages in the session</text>`);
  for (const [name, points] of series) {
    if (points.length === 0) continue;
    const path = points.map(([size, value]) => `${x(size).toFixed(1)},${y(value).toFixed(1)}`).join(" ");
    const [size, value] = points.at(-1);
    parts.push(`<polyline points="${path}" fill="none" stroke="${colours[name]}" stroke-width="2"/><text x="${(x(size) + 8).toFixed(1)}" y="${(y(value) + 4).toFixed(1)}" fill="${colours[name]}">${names[name]}</text>`);
  }
  return `${parts.join("\n")}\n</svg>\n`;
}

const INTRODUCTION = `# Benchmarks

Written by \`npm run bench -- --write\`. Both sides of a row were measured in the same run on the same machine, in turn,
medians of three; only ratios mean anything elsewhere. Ours is the shipped package, whole: frames enter by the socket's
\`onmessage\`, pages by \`fetch\`, rows leave by \`client.rows\`. Its rivals are

- **plain JS**: a map and one array with binary insertion behind \`JSON.parse\`, nothing else: no connection, no
  events, no frozen rows;
- **the seeds**: the merge of the older documents on zustand and immer, decoding as pusher-js does.

Every engine's rows are compared with what was sent, in the same run.
`;

export function write({ rows, bySize, browser }) {
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Chromium ${browser}, Node ${process.versions.node}`;
  const missed = rows.filter((row) => !row.ok);
  const verdict = missed.length === 0 ? "Every goal is reached." : `${missed.length} of ${rows.filter((row) => row.goal !== null).length} goals are missed; the reasons stand in [known-limits.md](known-limits.md).`;
  const text = `${INTRODUCTION}\n${new Date().toISOString().slice(0, 10)}, ${machine}.\n\n${verdict}\n\n![Time per message over the size of the session](images/benchmarks.svg)\n\n${table(rows)}\n`;
  writeFileSync(inRoot("docs", "benchmarks.md"), text);
  writeFileSync(inRoot("docs", "images", "benchmarks.svg"), plot(bySize));
}

/** For the terminal. */
export function print(rows, info) {
  for (const { what, size, ours, rival, ratio, goal, ok } of rows) {
    info(`${ok ? " " : "✗"} ${what.padEnd(66)} ${String(size ?? "").padStart(7)} ${String(ours).padStart(9)} ${String(rival ?? "").padStart(9)} ${String(ratio ?? "").padStart(9)}  ${goal ?? ""}`);
  }
}

