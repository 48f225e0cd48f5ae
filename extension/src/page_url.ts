/** What may be told about the page in front of the user. */

/** Address and domain of a page. */
export interface PageFields {
  readonly url: string;
  readonly domain: string;
}

/** The page's address without credentials and fragment, and its domain; `null` unless it is a web page. */
export function pageFields(url: string | null): PageFields | null {
  if (url === null) return null;
  const parsed = tryParse(url);
  if (parsed === null || (parsed.protocol !== "https:" && parsed.protocol !== "http:")) return null;

  parsed.username = "";
  parsed.password = "";
  parsed.hash = "";
  return { url: parsed.href, domain: parsed.hostname };
}

function tryParse(url: string): URL | null {
  try {
    return new URL(url);
  } catch {
    return null;
  }
}
