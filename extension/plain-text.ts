/** VS Code makes a link of `[text](command:…)` in a notification, and runs the command on a click: what others wrote must not be one. Pure. */
export function plain(text: string): string {
  return text.replaceAll("](", "] (");
}
