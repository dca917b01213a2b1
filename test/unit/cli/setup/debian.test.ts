import { expect, test } from "vitest";
import { debianSources, isDebian } from "../../../../cli/setup/debian.ts";

test("only Debian itself counts as Debian", () => {
  expect(isDebian('PRETTY_NAME="Debian GNU/Linux 12"\nID=debian\n')).toBe(true);
  expect(isDebian('ID="debian"\n')).toBe(true);
  expect(isDebian("ID=ubuntu\nID_LIKE=debian\n")).toBe(false);
  expect(isDebian("")).toBe(false);
});

test("the machine's mirrors serve another release as well", () => {
  const targets = [
    "http://mirror.example/debian/|Debian",
    "http://mirror.example/debian/|Debian",
    "http://security.example/debian-security/|Debian-Security",
    "https://node.example/apt/|nodesource",
  ].join("\n");
  expect(debianSources(targets, "bookworm")).toEqual([
    "deb http://mirror.example/debian/ bookworm main",
    "deb http://mirror.example/debian/ bookworm-updates main",
    "deb http://security.example/debian-security/ bookworm-security main",
  ]);
});

test("a CD is no mirror, and no mirror is no line", () => {
  expect(debianSources("cdrom://[Debian 12]/|Debian\n", "bookworm")).toEqual([]);
  expect(debianSources("", "bookworm")).toEqual([]);
});
