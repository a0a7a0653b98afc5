/** Takes out of a text what must not leave this machine with it. Rather a word too many than a secret. Pure. */

type Rule = readonly [pattern: RegExp, put: string | ((match: string, ...groups: string[]) => string)];

const quoted = `"(?:[^"\\\\]|\\\\.){0,4000}"|'[^']{0,4000}'`;

/** In this order: what is known by its form first, then what looks like a secret. Every repetition is bounded, or stops where it began: a long text takes no longer than long. */
const rules: readonly Rule[] = [
  // A block that was cut off goes as far as it may reach.
  [
    /-----BEGIN [A-Z0-9 ]{1,40}-----[A-Za-z0-9+/=\\\s:,.-]*?(?:-----END [A-Z0-9 ]{1,40}-----|$|(?=[^A-Za-z0-9+/=\\\s:,.-]))/g,
    "<key>",
  ],
  [/\b[a-z][a-z0-9+.-]{0,20}:\/\/pairmount\.pairmount\/join\?\S*/gi, "<invite>"],
  [/\bA[A-Z][\w-]{70,}/g, "<invite>"],
  // The name of a header, and all that follows on its line, or in its quotes.
  [
    new RegExp(
      `\\b((?:proxy-)?authorization|(?:set-)?cookie|x-[a-z-]{0,20}(?:key|token|auth)|private-token)(["']?\\s{0,4}[:=]\\s{0,4})(?!\\s*<secret>)(${quoted}|[^\\r\\n"']+)`,
      "gi",
    ),
    "$1$2<secret>",
  ],
  [/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, "$1 <secret>"],
  // `https://name:password@host`, also where the password has a slash in it.
  [/(:\/\/)(?:[^\s/:@'"<>]{0,200}:[^\s'"<>]{0,500}|[^\s/@'"<>]{1,200})@/g, "$1<credentials>@"],
  [/([?&](?:[\w-]{0,30}(?:token|key|secret|signature|password|auth|code|invite)|sig)=)[^\s&#'"<>]+/gi, "$1<secret>"],
  [/\b(?:gh[oprsu]_|github_pat_|glpat-|xox[a-z]-|npm_|hf_|pypi-|sk-|sk_live_|AIza)[\w-]{10,}/g, "<token>"],
  [/\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{12,}/g, "<token>"],
  [/\beyJ[\w-]{5,}(?:\.[\w-]*){1,4}/g, "<token>"],
  // `password = …`, `"clientSecret": "…"`, `AWS_SECRET_ACCESS_KEY=…`
  [
    new RegExp(
      `([\\w.-]{0,40}(?:passw(?:or)?d|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credentials?)[\\w-]{0,20}["']?\\s{0,4}[:=]\\s{0,4})(${quoted}|[^\\s"',;&]+)`,
      "gi",
    ),
    "$1<secret>",
  ],
  [/\bSHA256:[A-Za-z0-9+/]{43}=?/g, "<fingerprint>"],
  [/\b[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}\b/g, "<fingerprint>"],
  [/\b[0-9a-f]{64}\b/gi, "<fingerprint>"],
  [/[\p{L}\p{N}._%+'-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63})+/gu, "<e-mail>"],
  [/[\w-]{32,}/g, orMixed],
  [/(?<![\w+/=-])[A-Za-z0-9+/]{40,}={0,2}(?![\w+/=-])/g, orMixed],
];

/** `homes`: this user's home folder, under every name it has; becomes `~`. */
export function redact(text: string, homes: readonly string[]): string {
  const plain = rules.reduce(
    (rest, [pattern, put]) =>
      typeof put === "string" ? rest.replace(pattern, put) : rest.replace(pattern, (match) => put(match)),
    text,
  );
  return homes
    .flatMap((home) => [home, encodeURI(home)])
    .filter((home) => home.length > 1)
    .toSorted((a, b) => b.length - a.length)
    .reduce((rest, home) => rest.replace(new RegExp(`${escaped(home)}(?![\\w-])`, "g"), "~"), plain);
}

/** Hashes and names have letters of one kind, or no figures; what has both kinds and figures is random. */
function orMixed(match: string): string {
  return /[a-z]/.test(match) && /[A-Z]/.test(match) && /\d/.test(match) ? "<token>" : match;
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
