// The zip as its user gets it: packed for servers that are running, loaded, signed in by hand, one conversation.
import { join } from "node:path";

import { BackendProcess } from "../backend.mjs";
import { Browser } from "../browser.mjs";
import { findChromium } from "../chromium.mjs";
import { UserError } from "../log.mjs";
import { WORK_DIR } from "../paths.mjs";
import { Rig } from "../rig.mjs";
import { tryOut } from "../smoke.mjs";
import { packExtension, writeFiles } from "./pack.mjs";
import { unzip } from "./zip.mjs";

/** Nothing is configured in the browser: the servers are those of the build. Gives the smoke's figures. */
export async function tryStorePackage(check) {
  const rig = new Rig();
  try {
    rig.backend = await BackendProcess.start();
    const { api, key, pushPort } = rig.backend;
    const packed = await packExtension("trial", { WEBPACK_API_BASE: api, WEBPACK_PUSHER_KEY: key, WEBPACK_PUSHER_WS_HOST: "127.0.0.1", WEBPACK_PUSHER_WS_PORT: String(pushPort) });
    await check(packed);
    const folder = writeFiles(join(WORK_DIR, "store", "unpacked"), unzip(packed.bytes));
    rig.browser = await Browser.start({ executable: await findChromium(), extension: folder });
    rig.browser.watch.allow(api, `ws://127.0.0.1:${pushPort}`);
    await signInByHand(rig);
    const figures = await tryOut(rig, "store");
    const { preflights, foreignHosts } = rig.browser.watch;
    if (preflights.length + foreignHosts.length > 0) throw new UserError(`The packed extension asked ${[...preflights, ...foreignHosts].join(", ")}.`);
    return figures;
  } finally {
    await rig.stop();
  }
}

async function signInByHand(rig) {
  rig.token = await rig.backend.signIn();
  const { page } = await rig.openPanel();
  const user = page.getByRole("textbox", { name: "User name" });
  await user.fill("demo");
  await user.press("Enter");
  await user.waitFor({ state: "detached" });
  await rig.panel.close();
}
