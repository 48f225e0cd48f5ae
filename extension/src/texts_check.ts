/** Words of the options page about what was typed, and about whether it works. */

/** What is wrong with a field. */
export const problemTexts = {
  characters: "Only letters, digits, - and _.",
  host: "A host name such as push.example.com, without ws:// and port.",
  port: "A number from 1 to 65535.",
  address: "A full address that starts with https:// or http://, without query.",
  cleartext: "Only this computer may be reached without encryption.",
  pollActive: "A number of seconds from 1 to 60.",
  pollIdle: "A number of seconds from 5 to 600.",
  pollOrder: "Not less than the number before.",
} as const;

/** What the test of the connection finds. */
export const testTexts = {
  run: "Test connection",
  running: "Testing…",
  label: "Result of the test",
  permission: "Permission",
  api: "API",
  push: "Push server",
  signing: "Channel",
  allowed: "Chrome lets the extension access this address.",
  notAllowed: "Chrome does not let the extension access this address yet. Save asks for it.",
  notNeeded: "None is needed for this computer.",
  ok: (ms: number): string => `Works, ${ms} ms for an answer.`,
  apiUnreachable: "No answer: check the address, whether the server runs, and its certificate. It may also not allow this extension's origin (CORS).",
  timeout: "No answer within 8 seconds.",
  unauthorized: "401: the sign-in is missing or has expired. Sign in above.",
  forbidden: "403: this account may not use the API.",
  notFound: "404: there is a server, but not this API. Check the address.",
  rateLimited: "429: the server asks for fewer requests. Try again in a while.",
  failed: (status: number): string => `${status}: the server had a problem.`,
  badAnswer: "The answer is none of this API. Check the address.",
  noKey: "Not tried: without an app key there is no push. Messages are fetched instead.",
  pushUnreachable: "No connection: check host, port and TLS. Which of them it is a browser does not tell.",
  pushRefused: "Refused before the first message: the app key is wrong, or the server is over its quota.",
  pushCode: (code: number, message: string): string => (message === "" ? `Refused with code ${code}.` : `Refused with code ${code}: ${message}`),
  pushSilent: "It accepts connections but does not speak the Pusher protocol. Check the port.",
  signed: (ms: number): string => `Signed for your newest conversation, ${ms} ms.`,
  notSigned: (status: number, code: string): string => `${status}: the server does not sign the channel of your own conversation${code === "" ? "" : ` (${code})`}.`,
  noSession: "Not tried: you have no conversation yet.",
  skipped: "Not tried.",
} as const;
