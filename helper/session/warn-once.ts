/** What the file system says is told the first time only; anything else thrown is a defect and goes on. */
export function createWarnOnce(warn: (text: string) => void, what: string): (error: unknown) => void {
  let isTold = false;
  return (error) => {
    const { code } = error as { code?: unknown };
    if (typeof code !== "string") throw error;
    if (!isTold) warn(`${what}: ${code}`);
    isTold = true;
  };
}
