/** The settings: account, servers, conversations, appearance. */

import { useEffect, useState } from "react";
import type { Config, Servers, TokenArea } from "../config";
import { SignInForm } from "../panel/sign_in_form";
import type { SignInResult } from "../sign_in";
import { optionsTexts, texts } from "../texts";
import type { TestHost } from "./connection_test";
import { Choice } from "./choice";
import { ServerForm } from "./server_form";

/** What the page needs from the outside. */
export interface OptionsHost {
  readonly defaults: Config;
  readonly isIncognito: boolean;
  allowOrigin(pattern: string): Promise<boolean>;
  save(config: Config): Promise<void>;
  watchConfig(listener: (config: Config) => void): () => void;
  watchAccount(listener: (isSignedIn: boolean) => void): () => void;
  signIn(config: Config, user: string): Promise<SignInResult>;
  useToken(token: string, area: TokenArea): Promise<void>;
  moveToken(area: TokenArea): Promise<void>;
  signOut(): Promise<void>;
  setTabsPermission(wanted: boolean): Promise<boolean>;
  readonly test: TestHost;
}

/** What was stored when the page opened. */
export interface OptionsPageProps {
  readonly host: OptionsHost;
  readonly config: Config;
  readonly isSignedIn: boolean;
  readonly maySeeTabs: boolean;
}

/** The whole page. Servers are saved by a button, as a whole; everything else takes effect at once. */
export function OptionsPage({ host, config: first, isSignedIn: firstSignedIn, maySeeTabs }: OptionsPageProps) {
  const [config, setConfig] = useState(first);
  const [isSignedIn, setIsSignedIn] = useState(firstSignedIn);
  useEffect(() => host.watchConfig(setConfig), [host]);
  useEffect(() => host.watchAccount(setIsSignedIn), [host]);
  const change = (part: Partial<Config>): void => {
    const next = { ...config, ...part };
    setConfig(next);
    void host.save(next).catch(() => setConfig(config));
  };

  return (
    <main className="options">
      <h1>{optionsTexts.title}</h1>
      <Account host={host} config={config} isSignedIn={isSignedIn} onChange={change} />
      <section className="card" aria-labelledby="servers">
        <h2 id="servers">{optionsTexts.servers}</h2>
        <p className="hint">{optionsTexts.serversHint}</p>
        <ServerForm host={host} servers={config} onSave={(servers: Servers) => host.save({ ...config, ...servers })} />
      </section>
      <section className="card" aria-labelledby="conversations">
        <h2 id="conversations">{optionsTexts.conversations}</h2>
        <Choice
          label={optionsTexts.scope}
          options={optionsTexts.scopes}
          value={config.scope}
          onChange={(scope) => change({ scope })}
        />
        <PagePermission host={host} isAllowed={maySeeTabs} />
      </section>
      <section className="card" aria-labelledby="appearance">
        <h2 id="appearance">{optionsTexts.appearance}</h2>
        <Choice
          label={optionsTexts.appearance}
          options={optionsTexts.appearances}
          value={config.appearance}
          isInline
          onChange={(appearance) => change({ appearance })}
        />
      </section>
    </main>
  );
}

interface AccountProps {
  readonly host: OptionsHost;
  readonly config: Config;
  readonly isSignedIn: boolean;
  readonly onChange: (part: Partial<Config>) => void;
}

function Account({ host, config, isSignedIn, onChange }: AccountProps) {
  const moveToken = (tokenArea: TokenArea): void => {
    onChange({ tokenArea });
    void host.moveToken(tokenArea);
  };
  return (
    <section className="card" aria-labelledby="account">
      <h2 id="account">{optionsTexts.account}</h2>
      <p className="hint">{isSignedIn ? optionsTexts.signedIn : optionsTexts.signedOut}</p>
      {isSignedIn ? (
        <button type="button" className="button" data-kind="plain" onClick={() => void host.signOut()}>
          {texts.signOut}
        </button>
      ) : (
        <SignInForm
          apiBase={config.apiBase}
          onSignIn={(user) => host.signIn(config, user)}
          onToken={(token) => host.useToken(token, config.tokenArea)}
        />
      )}
      {host.isIncognito ? (
        <p className="hint">{optionsTexts.incognito}</p>
      ) : (
        <Choice
          label={optionsTexts.tokenArea}
          hint={optionsTexts.tokenHint}
          options={optionsTexts.tokenAreas}
          value={config.tokenArea}
          onChange={moveToken}
        />
      )}
    </section>
  );
}

function PagePermission({ host, isAllowed: first }: { readonly host: OptionsHost; readonly isAllowed: boolean }) {
  const [isAllowed, setIsAllowed] = useState(first);
  const change = async (wanted: boolean): Promise<void> => {
    const hasChanged = await host.setTabsPermission(wanted).catch(() => false);
    if (hasChanged) setIsAllowed(wanted);
  };

  return (
    <div className="field">
      <label className="check">
        <input type="checkbox" checked={isAllowed} onChange={(event) => void change(event.currentTarget.checked)} />
        {optionsTexts.pageLabel}
      </label>
      <p className="hint">{optionsTexts.pageHint}</p>
    </div>
  );
}
