// What the scripts say. Everything goes to stderr except results (`result`, `print`), which go to stdout.
const useColour = process.stderr.isTTY && !process.env.NO_COLOR;
const paint = (code, text) => (useColour ? `\u001b[${code}m${text}\u001b[0m` : text);

export const bold = (text) => paint("1", text);
export const dim = (text) => paint("2", text);
export const red = (text) => paint("31", text);
export const green = (text) => paint("32", text);

export const heading = (text) => process.stderr.write(`\n${bold(`== ${text}`)}\n`);
export const info = (text) => process.stderr.write(`   ${text}\n`);
export const warn = (text) => process.stderr.write(`   ${paint("33", `note: ${text}`)}\n`);
export const error = (text) => process.stderr.write(`${red(`error: ${text}`)}\n`);
export const print = (text) => process.stdout.write(`${text}\n`);
export const result = (value) => print(JSON.stringify(value));

/** `83_500` → `1 min 24 s`. */
export function duration(ms) {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** A failure whose message is the whole story: printed as one sentence, without a stack. */
export class UserError extends Error {
  name = "UserError";
}

/** Runs a script's main function; a `UserError` becomes one sentence and exit code 1. */
export async function main(body) {
  try {
    process.exitCode = (await body(process.argv.slice(2))) ?? 0;
  } catch (failure) {
    error(failure instanceof UserError ? failure.message : (failure?.stack ?? String(failure)));
    process.exitCode = 1;
  }
}
