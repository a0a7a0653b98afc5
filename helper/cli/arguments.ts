/** The command line as a value. Pure: nothing is looked up, nothing is resolved. */
import { parseArgs, type ParseArgsConfig } from "node:util";
import { hiddenByDefault } from "../git/hidden-names.ts";
import type { Access, DriverName } from "../session/api.ts";
import type { Approver } from "./approval.ts";

interface Output {
  readonly json: boolean;
  readonly progress: boolean;
  readonly debug: boolean;
}
interface SessionCommand extends Output {
  readonly name: string | undefined;
  readonly driver: DriverName;
  readonly access: Access;
  readonly detach: boolean;
  /** Minutes; 0: never. */
  readonly idle: number;
}
export interface ShareCommand extends SessionCommand {
  readonly command: "share";
  readonly folder: string;
  readonly mount: string | undefined;
  readonly approve: Approver;
  readonly port: number;
  readonly hide: readonly string[];
  readonly shareIgnored: boolean;
}
/** What `share` would hide. */
export interface HiddenCommand extends Output {
  readonly command: "hidden";
  readonly folder: string;
  readonly hide: readonly string[];
}
export interface JoinCommand extends SessionCommand {
  readonly command: "join";
  /** The invite itself, or its link. */
  readonly invite: string;
  readonly mount: string | undefined;
}
export interface StatusCommand extends Output {
  readonly command: "status";
  readonly mount: string | undefined;
  readonly watch: boolean;
}
export interface LeaveCommand extends Output {
  readonly command: "leave";
  readonly mount: string | undefined;
  /** Seconds that a host gives its guests. */
  readonly grace: number | undefined;
}
export interface KeepCommand extends Output {
  readonly command: "keep";
  readonly folder: string;
  /** Whose mount. */
  readonly session: string | undefined;
}
export type CommandName = "share" | "hidden" | "join" | "status" | "keep" | "leave" | "doctor";
export type Command =
  | ShareCommand
  | HiddenCommand
  | JoinCommand
  | StatusCommand
  | KeepCommand
  | LeaveCommand
  | ({ readonly command: "doctor" } & Output)
  | { readonly command: "help"; readonly about: CommandName | undefined }
  | { readonly command: "version" };

/** The user wrote something else than a command. */
export interface Misuse {
  readonly command: "misuse";
  readonly about: CommandName | undefined;
  readonly text: string;
}

const common = {
  help: { type: "boolean", short: "h" },
  json: { type: "boolean" },
  progress: { type: "boolean" },
  debug: { type: "boolean" },
} as const;
const session = {
  ...common,
  name: { type: "string" },
  driver: { type: "string" },
  detach: { type: "boolean" },
  idle: { type: "string" },
  "read-only": { type: "boolean" },
} as const;
const hiding = { hide: { type: "string", multiple: true }, "hide-none": { type: "boolean" } } as const;
const options = {
  share: {
    ...session,
    ...hiding,
    "share-ignored": { type: "boolean" },
    mount: { type: "string" },
    accept: { type: "boolean" },
    approve: { type: "string" },
    port: { type: "string" },
  },
  hidden: { ...common, ...hiding },
  join: session,
  status: { ...common, watch: { type: "boolean" } },
  keep: { ...common, session: { type: "string" } },
  leave: { ...common, grace: { type: "string" } },
  doctor: common,
} as const satisfies Record<CommandName, ParseArgsConfig["options"]>;

const approvers: readonly Approver[] = ["terminal", "clients", "all"];
const drivers: readonly DriverName[] = ["auto", "kernel", "fuse-native"];

export function parseCommandLine(argv: readonly string[]): Command | Misuse {
  const [first, ...rest] = argv;
  if (first === undefined || first === "--help" || first === "-h") return { command: "help", about: undefined };
  if (first === "--version") return { command: "version" };
  if (first === "help") {
    const about = rest[0];
    if (about === undefined || isCommand(about)) return { command: "help", about };
    return misuse(undefined, `There is no command ${JSON.stringify(about)}.`);
  }
  if (!isCommand(first)) return misuse(undefined, `There is no command ${JSON.stringify(first)}.`);
  try {
    return parsers[first](rest);
  } catch (error) {
    // parseArgs throws ERR_PARSE_ARGS_* with a sentence for the user.
    if (!String((error as NodeJS.ErrnoException).code).startsWith("ERR_PARSE_ARGS")) throw error;
    return misuse(first, (error as Error).message);
  }
}

const parsers: { readonly [C in CommandName]: (args: string[]) => Command | Misuse } = {
  share(args) {
    const { values, positionals } = parseArgs({ args, options: options.share, allowPositionals: true });
    if (values.help) return { command: "help", about: "share" };
    const [folder, ...more] = positionals;
    if (folder === undefined) return misuse("share", "Which folder shall be shared?");
    if (more.length > 0) return misuse("share", `One folder at a time: ${JSON.stringify(more[0])} is too many.`);
    const port = Number(values.port ?? 0);
    if (!Number.isInteger(port) || port < 0 || port > 65_535) return misuse("share", "--port takes 0 to 65535.");
    const wanted = values.approve ?? (values.accept === true ? "all" : "terminal");
    const approve = approvers.find((name) => name === wanted);
    if (approve === undefined) return misuse("share", `--approve takes ${approvers.join(", ")}.`);
    if (values.accept === true && approve !== "all") return misuse("share", "--accept means --approve all.");
    const hide = hideOf("share", values);
    if ("command" in hide) return hide;
    const shared = sessionOf("share", values);
    if ("command" in shared) return shared;
    if (shared.detach && approve === "terminal") {
      return misuse(
        "share",
        "--detach leaves no terminal to ask on: add --approve clients, or --accept to let everybody with the invite in.",
      );
    }
    const shareIgnored = values["share-ignored"] ?? false;
    return { command: "share", folder, mount: values.mount, approve, port, ...hide, shareIgnored, ...shared };
  },
  hidden(args) {
    const { values, positionals } = parseArgs({ args, options: options.hidden, allowPositionals: true });
    if (values.help) return { command: "help", about: "hidden" };
    const [folder, ...more] = positionals;
    if (folder === undefined) return misuse("hidden", "Of which folder?");
    if (more.length > 0) return misuse("hidden", `One folder at a time: ${JSON.stringify(more[0])} is too many.`);
    const hide = hideOf("hidden", values);
    return "command" in hide ? hide : { command: "hidden", folder, ...hide, ...outputOf(values) };
  },
  join(args) {
    const { values, positionals } = parseArgs({ args, options: options.join, allowPositionals: true });
    if (values.help) return { command: "help", about: "join" };
    const [invite, mount, ...more] = positionals;
    if (invite === undefined) return misuse("join", "Which invite? The host sees it when sharing begins.");
    if (more.length > 0) return misuse("join", `An invite and a folder: ${JSON.stringify(more[0])} is too many.`);
    const shared = sessionOf("join", values);
    if ("command" in shared) return shared;
    return { command: "join", invite, mount, ...shared };
  },
  status(args) {
    const { values, positionals } = parseArgs({ args, options: options.status, allowPositionals: true });
    if (values.help) return { command: "help", about: "status" };
    return { command: "status", mount: positionals[0], watch: values.watch ?? false, ...outputOf(values) };
  },
  keep(args) {
    const { values, positionals } = parseArgs({ args, options: options.keep, allowPositionals: true });
    if (values.help) return { command: "help", about: "keep" };
    const [folder, ...more] = positionals;
    if (folder === undefined) return misuse("keep", "In which folder shall the copy be kept?");
    if (more.length > 0) return misuse("keep", `One folder: ${JSON.stringify(more[0])} is too many.`);
    return { command: "keep", folder, session: values.session, ...outputOf(values) };
  },
  leave(args) {
    const { values, positionals } = parseArgs({ args, options: options.leave, allowPositionals: true });
    if (values.help) return { command: "help", about: "leave" };
    const grace = values.grace === undefined ? undefined : Number(values.grace);
    if (grace !== undefined && !(Number.isInteger(grace) && grace >= 0 && grace <= 3600))
      return misuse("leave", "--grace takes whole seconds, at most 3600.");
    return { command: "leave", mount: positionals[0], grace, ...outputOf(values) };
  },
  doctor(args) {
    const { values } = parseArgs({ args, options: options.doctor });
    if (values.help) return { command: "help", about: "doctor" };
    return { command: "doctor", ...outputOf(values) };
  },
};

interface OutputValues {
  readonly json?: boolean | undefined;
  readonly progress?: boolean | undefined;
  readonly debug?: boolean | undefined;
}
interface SessionValues extends OutputValues {
  readonly name?: string | undefined;
  readonly driver?: string | undefined;
  readonly detach?: boolean | undefined;
  readonly idle?: string | undefined;
  readonly "read-only"?: boolean | undefined;
}

function outputOf(values: OutputValues): Output {
  return { json: values.json ?? false, progress: values.progress ?? false, debug: values.debug ?? false };
}

function sessionOf(about: CommandName, values: SessionValues): SessionCommand | Misuse {
  const driver = drivers.find((name) => name === (values.driver ?? "auto"));
  if (driver === undefined) return misuse(about, `--driver takes ${drivers.join(", ")}.`);
  if (values.name !== undefined && values.name.trim() === "") return misuse(about, "--name takes a name.");
  const idle = Number(values.idle ?? 0);
  if (!Number.isFinite(idle) || idle < 0) return misuse(about, "--idle takes minutes, 0 for never.");
  const access: Access = values["read-only"] === true ? "read-only" : "read-write";
  return { name: values.name?.trim(), driver, access, detach: values.detach ?? false, idle, ...outputOf(values) };
}

/** Without a word of it, what most often holds secrets is hidden. */
function hideOf(
  about: CommandName,
  values: { readonly hide?: readonly string[] | undefined; readonly "hide-none"?: boolean | undefined },
): { readonly hide: readonly string[] } | Misuse {
  const { hide, "hide-none": none = false } = values;
  if (none && hide !== undefined) return misuse(about, "--hide or --hide-none, not both.");
  const wrong = hide?.find((pattern) => pattern === "" || pattern.includes("/") || pattern.length > 255);
  if (wrong !== undefined)
    return misuse(about, `--hide takes the name of a file, with * and ?: not ${JSON.stringify(wrong)}.`);
  if ((hide?.length ?? 0) > 256) return misuse(about, "--hide: 256 patterns at most.");
  return { hide: none ? [] : (hide ?? hiddenByDefault) };
}

function isCommand(word: string): word is CommandName {
  return Object.hasOwn(options, word);
}

function misuse(about: CommandName | undefined, text: string): Misuse {
  return { command: "misuse", about, text };
}
