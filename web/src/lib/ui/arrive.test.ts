import { expect, it } from "vitest";
import { astray } from "./arrive";

const body = {} as HTMLElement;
const page = (activeElement: unknown) => ({ body, activeElement }) as Document;

it("takes up the focus only when nothing has it", () => {
  expect(astray(page(body), true)).toBe(true);
  expect(astray(page(null), true)).toBe(true);
  expect(astray(page({}), true)).toBe(false);
});

it("leaves a page alone that was only opened", () => {
  expect(astray(page(body), false)).toBe(false);
});
