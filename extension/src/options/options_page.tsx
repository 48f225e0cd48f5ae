/** The settings: account, servers, and what may be told about pages. */

import { useEffect, useState } from "react";
import type { Config } from "../config";
import { SignInForm } from "../panel/sign_in_form";
import type { SignInResult } from "../sign_in";
import { optionsTexts, texts } from "../texts";
import { ServerForm } from "./server_form";

/** What the page needs from the outside. */
export interface OptionsHost {
  readonly defaults: Config;
  allowOrigin(pattern: string): Promise<boolean>;
  save(config: Config): Promise<void>;
  reset(): Promise<void>;
  watchConfig(listener: (config: Config) => void): () => void;
  watchToken(listener: (isSignedIn: boolean) => void): () => void;
  signIn(apiBase: string, user: string): Promise<SignInResult>;
  signOut(): Promise<void>;
  setTabsPermission(wanted: boolean): Promise<boolean>;
}

/** What was stored when the page opened. */
export interface OptionsPageProps {
  readonly host: OptionsHost;
  readonly config: Config;
  readonly isSignedIn: boolean;
  readonly maySeeTabs: boolean;
}

/** The whole page. */
export function OptionsPage({ host, config: first, isSignedIn: firstSignedIn, maySeeTabs }: OptionsPageProps) {
  const [config, setConfig] = useState(first);
  const [isSignedIn, setIsSignedIn] = useState(firstSignedIn);
  useEffect(() => host.watchConfig(setConfig), [host]);
  useEffect(() => host.watchToken(setIsSignedIn), [host]);

  return (
    <main className="options">
      <h1>{optionsTexts.title}</h1>
      <section className="card" aria-labelledby="account">
        <h2 id="account">{optionsTexts.account}</h2>
        <p className="hint">{isSignedIn ? optionsTexts.signedIn : optionsTexts.signedOut}</p>
        {isSignedIn ? (
          <button type="button" className="button" data-kind="plain" onClick={() => void host.signOut()}>
            {texts.signOut}
          </button>
        ) : (
          <SignInForm apiBase={config.apiBase} onSignIn={(user) => host.signIn(config.apiBase, user)} />
        )}
      </section>
      <section className="card" aria-labelledby="servers">
        <h2 id="servers">{optionsTexts.servers}</h2>
        <p className="hint">{optionsTexts.serversHint}</p>
        <ServerForm host={host} config={config} />
      </section>
      <section className="card" aria-labelledby="page">
        <h2 id="page">{optionsTexts.page}</h2>
        <PagePermission host={host} isAllowed={maySeeTabs} />
      </section>
    </main>
  );
}

function PagePermission({ host, isAllowed: first }: { readonly host: OptionsHost; readonly isAllowed: boolean }) {
  const [isAllowed, setIsAllowed] = useState(first);
  const change = async (wanted: boolean): Promise<void> => {
    const hasChanged = await host.setTabsPermission(wanted);
    if (hasChanged) setIsAllowed(wanted);
  };

  return (
    <>
      <label className="check">
        <input type="checkbox" checked={isAllowed} onChange={(event) => void change(event.currentTarget.checked)} />
        {optionsTexts.pageLabel}
      </label>
      <p className="hint">{optionsTexts.pageHint}</p>
    </>
  );
}
