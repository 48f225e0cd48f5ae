/** The same few lines in every host: a session of its own, one message, the agent's answer. */
export async function converse(createClient, { settings, accessToken, text }) {
  const client = createClient({ ...settings, token: () => accessToken });
  try {
    const session = await client.createSession({ title: text });
    await client.loadMessages(session.sessionId);
    client.sendMessage({ content: text });
    const answer = await new Promise((resolve) => {
      client.subscribe(() => {
        const isDone = client.messages().some(({ role, status }) => role === "assistant" && status === "success");
        if (isDone) resolve(client.messages().map(({ role, content }) => ({ role, content })));
      });
    });
    const { state } = client.getSnapshot();
    return { state, messages: answer, sockets: client.diagnostics().counters.socketsOpened, polls: client.diagnostics().counters.polls };
  } finally {
    client.close();
  }
}
