import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { redact } from "../../../extension/redact.ts";
import { fingerprintOfDigest, shortFingerprint } from "../../../helper/peer/identity.ts";
import { encodeInvite, inviteLink } from "../../../helper/peer/invite.ts";

const homes = ["/home/ada", "/mnt/data/ada"];
const of = (text: string): string => redact(text, homes);

const host = fingerprintOfDigest(Buffer.from("0f".repeat(32), "hex"));
const inviteFor = (count: number, fill = 0xa7): string =>
  encodeInvite({
    host,
    secret: new Uint8Array(16).fill(fill),
    expires: 0,
    role: "read-write",
    addresses: Array.from({ length: count }, (_, i) => ({ host: "192.168.1.7", port: 7000 + i })),
  });
const pem = (kind: string): string =>
  `-----BEGIN ${kind}-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg\nabc+/==\n-----END ${kind}-----`;

describe("is taken out:", () => {
  test.each<[string, string, string]>([
    ["an invite", `pairmount join ${inviteFor(1)} ~/app`, "pairmount join <invite> ~/app"],
    ["an invite with eight addresses", `invite      ${inviteFor(8)}\n`, "invite      <invite>\n"],
    ["an invite in JSON", `{"invite":"${inviteFor(1)}","pid":1}`, '{"invite":"<invite>","pid":1}'],
    ["an invite for reading only", inviteFor(1).replace(/^AQA/, "AQE"), "<invite>"],
    ["its link", `Link ${inviteLink(inviteFor(1))} end`, "Link <invite> end"],
    ["the link of another editor", inviteLink(inviteFor(1)).replace("vscode:", "vscodium-insiders:"), "<invite>"],
    ["a link that is damaged", "vscode://pairmount.pairmount/join?invite=AQx", "<invite>"],
    ["the short form of a key", `asks to join ${shortFingerprint(host)}`, "asks to join <fingerprint>"],
    ["the long form of a key", `key ${host}.`, "key <fingerprint>."],
    ["an ssh key's", "SHA256:uNiVztksCsDhcc0u9e8BrQ2kJ5zV1mZ7Qf3x8Yh0abc user", "<fingerprint> user"],
    ["name and token in a URL", "https://ada:ghx@host/r.git", "https://<credentials>@host/r.git"],
    ["a token alone in a URL", "https://x1y2@host:8443/r", "https://<credentials>@host:8443/r"],
    ["a password with @ and /", "proxy http://a:p@s/s@proxy:80", "proxy http://<credentials>@proxy:80"],
    ["a token in a query", "GET /x?a=1&access_token=abc123&b=2", "GET /x?a=1&access_token=<secret>&b=2"],
    ["a signature in a query", "https://b/c?sig=Zm9v%3D#f", "https://b/c?sig=<secret>#f"],
    ["a bearer", "Authorization: Bearer abc.def-ghi\nnext", "Authorization: <secret>\nnext"],
    ["basic credentials", "> authorization: Basic YWRhOnNlY3JldA==", "> authorization: <secret>"],
    [
      "a scheme of its own",
      "Authorization: AWS4-HMAC-SHA256 Credential=AKIA/2026, Signature=fe",
      "Authorization: <secret>",
    ],
    ["a header in JSON", '{"authorization":"token \\"a\\" b","x":1}', '{"authorization":<secret>,"x":1}'],
    [
      "a header in git's config",
      "http.extraheader=AUTHORIZATION: basic eDp5",
      "http.extraheader=AUTHORIZATION: <secret>",
    ],
    ["a cookie", "Set-Cookie: sid=1; Path=/", "Set-Cookie: <secret>"],
    ["a key in a header", "X-Api-Key: 12345", "X-Api-Key: <secret>"],
    ["a bearer without its header", "curl -H bearer 0123456789abcdef", "curl -H bearer <secret>"],
    [
      "GitHub's tokens",
      `ghp_${"a1B2".repeat(9)} gho_${"x".repeat(36)} ghs_${"1".repeat(36)}`,
      "<token> <token> <token>",
    ],
    ["GitHub's fine-grained ones", `github_pat_11ABC_${"z".repeat(50)}`, "<token>"],
    ["GitLab's", "glpat-abcdefghij0123456789", "<token>"],
    ["Slack's", "xoxb-123456789012-abcdef", "<token>"],
    ["npm's", `//registry/:_auth npm_${"q".repeat(36)}`, "//registry/:_auth <token>"],
    ["an AWS key id", "AKIAIOSFODNN7EXAMPLE,ASIAIOSFODNN7EXAMPLE", "<token>,<token>"],
    ["an AWS secret", "x wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY y", "x <token> y"],
    ["an AWS secret by its name", "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7+b", "AWS_SECRET_ACCESS_KEY=<secret>"],
    ["a JSON web token", "jwt eyJhbGciOiJI.eyJzdWIiOiIx.SflKxwRJ end", "jwt <token> end"],
    ["a password", 'password = "two words" next', "password = <secret> next"],
    ["a secret in JSON", '{"clientSecret":"a\\"b","n":1}', '{"clientSecret":<secret>,"n":1}'],
    ["a private key", `before\n${pem("EC PRIVATE KEY")}\nafter`, "before\n<key>\nafter"],
    ["a certificate", pem("CERTIFICATE"), "<key>"],
    ["a key in JSON", JSON.stringify({ a: pem("PRIVATE KEY"), b: 1 }), '{"a":"<key>","b":1}'],
    ["a key that was cut off", pem("PRIVATE KEY").slice(0, 60), "<key>"],
    ["an e-mail address", "Ada L <ada.l+git@mail.example.org> 1700000000", "Ada L <<e-mail>> 1700000000"],
    ["an address with letters of another script", "jörg@bücher.example", "<e-mail>"],
    ["an ssh remote's", "git@github.com:ada/r.git", "<e-mail>:ada/r.git"],
    ["the home folder", "at /home/ada/app and /home/ada", "at ~/app and ~"],
    ["its other name, and in an address", "/mnt/data/ada/x file:///home/ada/a%20b", "~/x file://~/a%20b"],
    ["a long random word", "session 7fQ2mZ9xKp4Lr8Tn1Vb6Yc3Wd5Hg0JsA", "session <token>"],
  ])("%s", (_what, text, shown) => {
    expect(of(text)).toBe(shown);
    expect(of(of(text))).toBe(shown);
  });

  it("an invite that a terminal broke in two", () => {
    const invite = inviteFor(1, 0x5c);
    expect(of(`${invite.slice(0, 44)}\n${invite.slice(44)}`)).not.toMatch(/[\w-]{20}/);
  });

  it("any invite, in any surroundings", () => {
    const surroundings = fc.string({ unit: "grapheme", maxLength: 20 }).filter((text) => !/[\w-]$/.test(text));
    fc.assert(
      fc.property(
        surroundings,
        fc.uint8Array({ minLength: 16, maxLength: 16 }),
        surroundings,
        (before, secret, after) => {
          const invite = encodeInvite({ host, secret, expires: 0, role: "read-only", addresses: [] });
          expect(of(`${before}${invite} ${after}`)).not.toContain(invite.slice(20, 60));
        },
      ),
    );
  });
});

test.each([
  `[main ${"0123456789abcdef".repeat(2)}01234567] A commit's hash stays`,
  "2026-01-02T03:04:05.678Z [info] operation 12 of 345",
  "src/mount/invalidation-lane.ts:12:34",
  "https://github.com/ada/app/pull/7",
  "http://[::1]:8080/?folder=/work/app",
  "/home/adamant/app",
  "node_modules/@types/node",
  "X25519MLKEM768",
  "pid 4711, 0.4 ms, 12 of 8000 KB",
  "550e8400-e29b-41d4-a716-446655440000",
])("stays: %s", (text) => {
  expect(of(text)).toBe(text);
});

it("never makes `/` or nothing a home", () => {
  expect(redact("/etc/fuse.conf", ["/", ""])).toBe("/etc/fuse.conf");
});

it("takes a long text in its stride, whatever is repeated in it", () => {
  const parts = [
    "a",
    "a-",
    "a.b",
    "://",
    "a@",
    "-----BEGIN A-----",
    "token=",
    "A1b",
    'authorization:"',
    "eyJabcde.",
    "\\",
  ];
  for (const part of parts) {
    const begun = performance.now();
    of(part.repeat(Math.ceil(200_000 / part.length)));
    expect(performance.now() - begun, part).toBeLessThan(2000);
  }
});
