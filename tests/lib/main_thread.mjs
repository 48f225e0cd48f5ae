// How long the panel's main thread was busy, task by task. Measured in time of the processor, so that a machine that is
// busy with other things changes nothing.

/** Traces the panel from now on; the function that it gives ends that and tells the longest tasks, in ms. */
export async function traceTasks(panel) {
  const session = await panel.browser.main.newBrowserCDPSession();
  const events = [];
  session.on("Tracing.dataCollected", ({ value }) => events.push(...value));
  const done = new Promise((resolve) => session.once("Tracing.tracingComplete", resolve));
  await session.send("Tracing.start", { transferMode: "ReportEvents", traceConfig: { includedCategories: ["toplevel", "blink.user_timing"] } });
  await panel.page.evaluate(() => performance.mark("sidewire-traced"));
  return async () => {
    await panel.page.evaluate(() => performance.mark("sidewire-traced"));
    await session.send("Tracing.end");
    await done;
    await session.detach();
    const mark = events.find(({ name, cat }) => name === "sidewire-traced" && cat.includes("user_timing"));
    if (mark === undefined) throw new Error("the panel's thread was not found in the trace");
    const tasks = events.filter(({ name, ph, pid, tid, tdur }) => /RunTask|RunNormalPriorityTask/.test(name) && ph === "X" && pid === mark.pid && tid === mark.tid && tdur !== undefined);
    return tasks.map(({ tdur }) => tdur / 1000).sort((a, b) => b - a);
  };
}
