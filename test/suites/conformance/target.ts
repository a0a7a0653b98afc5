/** What a file system under test offers the conformance suite, and what it answers where answers may differ. */
export interface Target {
  /** An existing, empty directory on the file system under test. Served by another process than the test's. */
  readonly dir: string;
  readonly answers: Answers;
  /** Whether users other than the mounting one may enter (`allow_other`), so that permission tests can run. */
  readonly otherUsers: boolean;
  /** Who owns what root makes in `dir`: the mounting user. */
  readonly owner: { readonly uid: number; readonly gid: number };
  close(): Promise<void>;
}

export type OpenTarget = () => Promise<Target>;

/** `ok` or the name of an errno; several where the kernel's version decides. */
export type Word = string | readonly string[];

/** Calls a shared tree may refuse by design. Everything else must work as on ext4. */
export interface Answers {
  readonly mkfifo: Word;
  readonly socket: Word;
  readonly device: Word;
  readonly chownToShown: Word;
  readonly chownToOther: Word;
  readonly tmpfile: Word;
  readonly exchange: Word;
  readonly punchHole: Word;
  readonly plainFallocate: Word;
  readonly setXattr: Word;
}

export const ext4Answers: Answers = {
  mkfifo: "ok",
  socket: "ok",
  device: "ok",
  chownToShown: "ok",
  chownToOther: "ok",
  tmpfile: "ok",
  exchange: "ok",
  punchHole: "ok",
  plainFallocate: "ok",
  setXattr: "ok",
};

/** A device node asks for a special file (EPERM), as do FIFO and socket; ownership is the mounting user's everywhere. */
export const pairmountAnswers: Answers = {
  mkfifo: "EPERM",
  socket: "EPERM",
  device: "EPERM",
  chownToShown: "ok",
  chownToOther: "EPERM",
  tmpfile: "EOPNOTSUPP",
  exchange: ["EINVAL", "EOPNOTSUPP"],
  punchHole: "EOPNOTSUPP",
  plainFallocate: ["ok", "EOPNOTSUPP"],
  setXattr: "EOPNOTSUPP",
};
