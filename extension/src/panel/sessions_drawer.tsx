import { Ban, CircleCheck, CircleX, LogOut, Pause, Pencil, Search, X } from "lucide-react";
import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode, type RefObject, type SubmitEvent } from "react";
import { texts } from "../texts";
import { IconButton } from "./icon_button";
import { nextFocus, type SessionItem, type SessionStatus } from "./session_list";
import { listTime } from "./times";
import type { Sessions } from "./use_sessions";

/** What the drawer shows and offers. */
export interface SessionsDrawerProps {
  readonly sessions: Sessions;
  readonly items: readonly SessionItem[];
  readonly filter: string;
  readonly onFilter: (filter: string) => void;
  readonly onChoose: (sessionId: string) => void;
  /** Resolves with whether the server took the name. */
  readonly onRename: (sessionId: string, title: string) => Promise<boolean>;
  readonly onSignOut: () => void;
  readonly onClose: () => void;
}

/** All conversations of the user; the chosen one belongs to this tab from then on. Escape closes it. */
export function SessionsDrawer(props: SessionsDrawerProps) {
  const { sessions, items, filter, onFilter, onSignOut, onClose } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const [renaming, setRenaming] = useState<string | null>(null);
  useEffect(() => dialog.current?.showModal(), []);

  // Escape ends the renaming first; the browser would close the whole drawer.
  const handleKey = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || renaming === null) return;
    event.preventDefault();
    setRenaming(null);
  };
  return (
    <dialog
      ref={dialog}
      className="drawer"
      aria-label={texts.sessions}
      onClose={onClose}
      onKeyDown={handleKey}
      onClick={(event) => {
        if (event.target === dialog.current) dialog.current.close();
      }}
    >
      <div className="drawer-body">
        <header className="drawer-head">
          <h2 className="drawer-title">{texts.sessions}</h2>
          <IconButton label={texts.close} onClick={() => dialog.current?.close()}>
            <X />
          </IconButton>
        </header>
        <SearchField filter={filter} onFilter={onFilter} dialog={dialog} />
        <SessionItems {...props} renaming={renaming} onRenaming={setRenaming} />
        <SessionsNote sessions={sessions} count={items.length} />
        <footer className="drawer-foot">
          <button type="button" className="drawer-action" onClick={onSignOut}>
            <LogOut />
            {texts.signOut}
          </button>
        </footer>
      </div>
    </dialog>
  );
}

function SearchField({ filter, onFilter, dialog }: Pick<SessionsDrawerProps, "filter" | "onFilter"> & { readonly dialog: RefObject<HTMLDialogElement | null> }) {
  const toList = (event: KeyboardEvent): void => {
    if (event.key !== "ArrowDown") return;
    event.preventDefault();
    dialog.current?.querySelector<HTMLElement>("[data-session-id]")?.focus();
  };
  return (
    <label className="search">
      <Search aria-hidden="true" />
      <input
        className="search-field"
        type="search"
        aria-label={texts.sessionsFilter}
        placeholder={texts.sessionsFilter}
        value={filter}
        onChange={(event) => onFilter(event.currentTarget.value)}
        onKeyDown={toList}
      />
    </label>
  );
}

function SessionsNote({ sessions, count }: { readonly sessions: Sessions; readonly count: number }) {
  const text =
    sessions.status === "failed" ? texts.sessionsFailed
    : count > 0 ? null
    : sessions.status === "loading" ? texts.sessionsLoading
    : sessions.list.length === 0 ? texts.sessionsEmpty
    : texts.sessionsNoMatch;
  return (
    <p className="drawer-note" role="status">
      {text}
      {sessions.status === "failed" && (
        <button type="button" className="text-button" onClick={sessions.reload}>
          {texts.tryAgain}
        </button>
      )}
    </p>
  );
}

interface SessionItemsProps extends SessionsDrawerProps {
  readonly renaming: string | null;
  readonly onRenaming: (sessionId: string | null) => void;
}

/** One stop of the tab key; the arrow keys move inside. F2 renames. */
function SessionItems({ items, renaming, onRenaming, onChoose, onRename }: SessionItemsProps) {
  const list = useRef<HTMLUListElement>(null);
  const focusRow = (index: number): void => rowsOf(list.current)[index]?.focus();
  const handleKey = (event: KeyboardEvent): void => {
    const index = rowsOf(list.current).indexOf(event.target as HTMLElement);
    if (index < 0) return;
    const next = nextFocus(event.key, index, items.length);
    const item = items[index];
    if (next !== null) focusRow(next);
    else if (event.key === "F2" && item !== undefined) onRenaming(item.sessionId);
    else return;
    event.preventDefault();
  };
  const stop = Math.max(0, items.findIndex(({ isShown }) => isShown));

  return (
    <ul ref={list} className="sessions" onKeyDown={handleKey}>
      {items.map((item, index) => (
        <li key={item.sessionId} className="session" data-shown={item.isShown || undefined}>
          {renaming === item.sessionId ? (
            <RenameForm
              title={item.title}
              onRename={(title) => onRename(item.sessionId, title)}
              onDone={() => {
                onRenaming(null);
                setTimeout(() => focusRow(index));
              }}
            />
          ) : (
            <SessionRow item={item} isStop={index === stop} onChoose={onChoose} onRenaming={onRenaming} />
          )}
        </li>
      ))}
    </ul>
  );
}

interface SessionRowProps extends Pick<SessionItemsProps, "onChoose" | "onRenaming"> {
  readonly item: SessionItem;
  readonly isStop: boolean;
}

function SessionRow({ item, isStop, onChoose, onRenaming }: SessionRowProps) {
  return (
    <>
      <button
        type="button"
        className="session-open"
        data-session-id={item.sessionId}
        data-unread={item.isUnread || undefined}
        aria-current={item.isShown || undefined}
        tabIndex={isStop ? 0 : -1}
        onClick={() => onChoose(item.sessionId)}
      >
        <bdi className="session-title">{item.title}</bdi>
        {item.isUnread && (
          <span className="unread" title={texts.unread}>
            <span className="visually-hidden">, {texts.unread}</span>
          </span>
        )}
        <span className="session-more">
          {item.status !== null && <StatusNote status={item.status} />}
          {item.time !== null && <time dateTime={new Date(item.time).toISOString()}>{listTime(item.time)}</time>}
          {item.domain !== null && <bdi className="session-domain">{item.domain}</bdi>}
        </span>
      </button>
      <IconButton label={`${texts.rename}: ${item.title}`} onClick={() => onRenaming(item.sessionId)}>
        <Pencil />
      </IconButton>
    </>
  );
}

const statusIcons: Record<SessionStatus["kind"], ReactNode> = {
  completed: <CircleCheck />,
  failed: <CircleX />,
  interrupted: <Pause />,
  other: <Ban />,
};

function StatusNote({ status }: { readonly status: SessionStatus }) {
  return (
    <span className="session-status" data-status-kind={status.kind}>
      {statusIcons[status.kind]}
      {status.label}
    </span>
  );
}

interface RenameFormProps {
  readonly title: string;
  readonly onRename: (title: string) => Promise<boolean>;
  readonly onDone: () => void;
}

function RenameForm({ title, onRename, onDone }: RenameFormProps) {
  const [name, setName] = useState(title);
  const [hasFailed, setHasFailed] = useState(false);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const next = name.trim();
    if (next === "" || next === title || (await onRename(next))) onDone();
    else setHasFailed(true);
  };

  return (
    <form className="rename" onSubmit={(event: SubmitEvent) => void submit(event)}>
      <input
        className="input"
        aria-label={texts.renameLabel}
        aria-invalid={hasFailed}
        maxLength={200}
        autoFocus
        value={name}
        onFocus={(event) => event.currentTarget.select()}
        onChange={(event) => setName(event.currentTarget.value)}
        onBlur={() => {
          if (!hasFailed && (name.trim() === "" || name.trim() === title)) onDone();
        }}
      />
      {hasFailed && (
        <p className="field-error" role="alert">
          {texts.renameFailed}
        </p>
      )}
    </form>
  );
}

function rowsOf(list: HTMLUListElement | null): readonly HTMLElement[] {
  return [...(list?.querySelectorAll<HTMLElement>("[data-session-id]") ?? [])];
}
