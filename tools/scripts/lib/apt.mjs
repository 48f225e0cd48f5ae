// Installs Debian packages, with sudo where we are not root.
import { probe, run, which } from "./exec.mjs";
import { info, UserError } from "./log.mjs";

const isRoot = () => process.getuid?.() === 0;
let updated = false;

/** What a person would type, for messages. */
export const aptCommand = (packages) => `${isRoot() ? "" : "sudo "}apt-get install ${packages.join(" ")}`;

function sudo(command) {
  if (isRoot()) return command;
  return ["sudo", ...(process.stdin.isTTY ? [] : ["-n"]), ...command];
}

async function apt(args) {
  const [command, ...rest] = sudo(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", ...args]);
  await run(command, rest, { interactive: true });
}

/** Installs `packages`; `why` is the tool that is missing, for the one sentence if it cannot be done. */
export async function aptInstall(packages, why) {
  const command = aptCommand(packages);
  if (!which("apt-get")) {
    throw new UserError(`${why} is missing and there is no apt-get here: install what Debian calls ${packages.join(", ")}, then run this again.`);
  }
  if (!isRoot() && !which("sudo")) {
    throw new UserError(`${why} is missing and neither root nor sudo is at hand: run \`${command.replace(/^sudo /, "")}\` as root, then run this again.`);
  }
  info(`${why} is missing: ${command}`);
  try {
    if (!updated) await apt(["update", "-qq"]);
    updated = true;
    await apt(["install", "-y", "-qq", "--no-install-recommends", ...packages]);
  } catch {
    throw new UserError(`${why} is missing and could not be installed: run \`${command}\`, then run this again.`);
  }
}

/** Is a Debian package there? `undefined` where there is no dpkg to ask. */
export async function hasPackage(name) {
  if (!which("dpkg-query")) return undefined;
  const status = await probe("dpkg-query", ["-W", "-f=${Status}", name]);
  return status === "install ok installed";
}
