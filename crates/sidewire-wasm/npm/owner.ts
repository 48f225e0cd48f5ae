import { claimsOf } from "./jwt.js";

/** Who a token belongs to, as far as can be told. */
export interface Owner {
  /** It is stored beside the messages. */
  readonly name: string;
  /** Whether another name is another person. A token that tells nobody's name may only have been renewed. */
  readonly isSure: boolean;
}

/** Who a token belongs to: what `account` says, else issuer and subject of a JWT, else the token itself, as a checksum. */
export function ownerOf(token: string, account?: (token: string) => string | null): Owner {
  const named = account?.(token) ?? subjectOf(token);
  return named === null ? { name: `~${checksum(token)}`, isSure: false } : { name: `=${named}`, isSure: true };
}

/** Issuer and subject of a JWT; `null` for anything else. */
function subjectOf(token: string): string | null {
  const claims = claimsOf(token);
  if (claims === null || !("sub" in claims) || typeof claims.sub !== "string") return null;
  return `${"iss" in claims ? String(claims.iss) : ""}/${claims.sub}`;
}

/** 32 bits (FNV-1a): enough to tell another token, too little to guess one from what is stored. */
function checksum(text: string): string {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return (hash >>> 0).toString(16);
}

/** Tells whose data it is, whenever a token shows that it is somebody else's, or has another name. */
export class OwnerWatch {
  private known: Owner | null = null;

  /** @param tell What to do with an owner; `renewed` when it may be the same person under another name. */
  constructor(
    private readonly account: ((token: string) => string | null) | undefined,
    private readonly tell: (name: string, renewed: boolean) => void,
  ) {}

  /** A token that the provider gave, before it is used. */
  see(token: string | null): void {
    const owner = token === null ? null : ownerOf(token, this.account);
    const before = this.known;
    this.known = owner;
    if (owner === null || owner.name === before?.name) return;
    this.tell(owner.name, before !== null && !(before.isSure && owner.isSure));
  }
}
