/** Elements of the page: made, never parsed from text, so that no name can become markup. */

export type Attributes = Readonly<Record<string, string | number | boolean | null>>;

/** `true` is an attribute without value; `false` and null leave it out. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false && value !== null) element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children);
  return element;
}

export function makeButton(text: string, press: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const button = make('button', { type: 'button', ...attributes }, text);
  button.addEventListener('click', press);
  return button;
}

/** Sets or removes an attribute, and leaves it alone where it is so already. */
export function setAttribute(element: Element, name: string, value: string | null): void {
  if (value === null) element.removeAttribute(name);
  else if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/** A function's name: its package quiet, what stands behind it plain. */
export function nameNodes(name: string, shown: readonly string[]): (Node | string)[] {
  const short = shown.length > 1 ? shown[1] : name;
  if (short === name) return [name];
  const slash = name.lastIndexOf('/', name.search(/[[(]|$/));
  return slash < 0 ? [name] : [make('span', { class: 'path' }, name.slice(0, slash + 1)), name.slice(slash + 1)];
}
