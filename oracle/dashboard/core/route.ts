/** Addresses inside the page: `#/vault?status=stale&sort=-health`. Everything that is shown can be shared as a link. */

/** A place in the page. */
export interface Route {
  /** Decoded parts, e.g. `["position", "0x…", "7"]`. */
  readonly path: readonly string[];
  /** Filters and the like. */
  readonly query: ReadonlyMap<string, string>;
}

/** Page of an address that names none. */
const HOME = "vault";

/** Reads the part of an address behind `#`; what cannot be decoded is taken as it is. */
export function parseRoute(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#?\/?/, "").split("?", 2);
  const parts = path.split("/").filter(Boolean).map(decode);
  return {
    path: parts.length === 0 ? [HOME] : parts,
    query: new Map(new URLSearchParams(query)),
  };
}

/** The address of a place; empty filters are left out. */
export function formatRoute(path: readonly string[], query: ReadonlyMap<string, string> = new Map()): string {
  const kept = [...query].filter(([, value]) => value !== "");
  const search = kept.length === 0 ? "" : `?${new URLSearchParams(kept)}`;
  return `#/${path.map(encodeURIComponent).join("/")}${search}`;
}

/** The same place with some filters changed; an empty value drops one. */
export function withQuery(route: Route, changes: Readonly<Record<string, string>>): string {
  return formatRoute(route.path, new Map([...route.query, ...Object.entries(changes)]));
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // A stray percent sign is no address of ours; nothing will be found under it.
    return part;
  }
}
