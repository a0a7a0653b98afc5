/** The output channel, whose last lines are kept: VS Code lets nobody read them back. */
import { type LogOutputChannel, window } from "vscode";

const most = 400;
/** Characters of one line. */
const longest = 2000;
const levels = ["info", "warn", "error"] as const;

export interface RecentLog {
  readonly channel: LogOutputChannel;
  /** Oldest first. */
  lines(): readonly string[];
}

export function createRecentLog(now: () => Date = () => new Date()): RecentLog {
  const channel = window.createOutputChannel("Pairmount", { log: true });
  const kept: string[] = [];
  const keeping = (level: (typeof levels)[number]) => ({
    value(message: string | Error, ...more: unknown[]) {
      const text = message instanceof Error ? (message.stack ?? message.message) : message;
      kept.push(`${now().toISOString()} [${level}] ${text}`.slice(0, longest));
      if (kept.length > most) kept.shift();
      channel[level](message as string, ...more);
    },
  });
  // In front of the channel, which stays as it is.
  const log = Object.create(channel, Object.fromEntries(levels.map((level) => [level, keeping(level)])));
  return { channel: log as LogOutputChannel, lines: () => kept };
}
