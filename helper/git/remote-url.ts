/** Transports that git carries itself. Any other scheme, and `helper::address`, starts the program git-remote-<scheme> (gitremote-helpers(7)). */
const schemes: readonly string[] = ["https", "http", "ssh", "git", "git+ssh", "ssh+git", "file"];

/**
 * A remote's address as other peers may have it: without passwords and tokens. Undefined for one that would run a
 * program of the sender's choice. `https://ann:secret@host/x?token=1` → `https://host/x`; `ssh://git:secret@host/x` →
 * `ssh://git@host/x`; `git@host:x` and local paths as they are.
 */
export function sharedUrl(url: string): string | undefined {
  if (url === "" || url.startsWith("-") || /[\u0000-\u001f\u007f]/.test(url)) return undefined;
  if (/^[A-Za-z0-9+.-]*::/.test(url)) return undefined;
  const match = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([^/]*)(.*)$/.exec(url);
  if (match === null) return withoutScheme(url);
  const [, scheme = "", authority = "", rest = ""] = match;
  const name = scheme.toLowerCase();
  if (!schemes.includes(name)) return undefined;
  const at = authority.lastIndexOf("@");
  const host = authority.slice(at + 1);
  // A host that begins with a dash would be an option to ssh (CVE-2017-1000117).
  if (host.startsWith("-")) return undefined;
  if (name === "https" || name === "http")
    return `${scheme}://${host.replace(/[?#].*$/, "")}${host.search(/[?#]/) < 0 ? rest.replace(/[?#].*$/, "") : ""}`;
  const user = at < 0 ? "" : authority.slice(0, at).replace(/:.*$/, "");
  if (user.startsWith("-")) return undefined;
  return `${scheme}://${user === "" ? "" : `${user}@`}${host}${rest}`;
}

/** `user@host:path` (ssh) or a path. */
function withoutScheme(url: string): string | undefined {
  const host = /^(?:[^/@]*@)?([^/:]*):/.exec(url)?.[1];
  return host?.startsWith("-") ? undefined : url;
}
