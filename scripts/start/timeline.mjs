// One timeline out of what both helpers tell: each change as the other side saw it.
const clock = () => new Date().toTimeString().slice(0, 8);

/** The line for `event`, told by the helper called `observer`; undefined for what is told by the other one already. */
export function timelineLine(event, observer) {
  const row = rowOf(event, observer);
  if (row === undefined) return undefined;
  const [who, what, text, ms] = row;
  const line = `${clock()}  ${who.padEnd(8)}  ${what.padEnd(15)}  ${printable(text)}`;
  return ms === undefined ? line : `${line.padEnd(87)}  ${ms.toFixed(1).padStart(7)} ms at ${observer}`;
}

function rowOf(event, observer) {
  switch (event.event) {
    case "operation":
      if (event.peer === observer) return undefined;
      return [
        event.peer,
        event.kind,
        event.from === undefined ? event.path : `${event.from} -> ${event.path}`,
        event.ms,
      ];
    case "commit":
      if (event.own) return undefined;
      return [
        event.peer,
        "commit",
        `${event.hash.slice(0, 9)} ${event.subject} (${event.author}, ${event.branch})`,
        event.ms,
      ];
    case "git":
      return event.own || event.what === "index changed" ? undefined : [event.peer, event.what, event.detail, event.ms];
    case "peer":
      return [event.peer, event.state, ""];
    case "recovered":
      return [observer, "recovered", `${event.path}: ${event.reason}`];
    case "warning":
      return [observer, "warning", event.text];
    case "ended":
      return [observer, "ended", event.reason];
    default:
      return undefined;
  }
}

function printable(text) {
  return text.replace(/\p{Cc}/gu, "?");
}
