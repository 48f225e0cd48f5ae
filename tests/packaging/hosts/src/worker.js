import { createClient, init } from "sidewire";
import { converse } from "./converse.js";

self.onmessage = async ({ data }) => {
  await init();
  self.postMessage(await converse(createClient, data));
};
