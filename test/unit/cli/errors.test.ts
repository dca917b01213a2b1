import { describe, expect, it } from "vitest";
import { Interrupted, messageOf, NoSuchStack, UsageError, UserError } from "../../../cli/errors.ts";
import { exitCodeHelp, exitCodeOfPulumi, exitCodes } from "../../../cli/exit-codes.ts";

describe("an error's message", () => {
  const systemError = (code: string, path?: string) =>
    Object.assign(new Error(`${code}: some reason, mkdir '${path}'`), { code, ...(path && { path }) });

  it("is a sentence for a file that may not be accessed", () => {
    expect(messageOf(systemError("EACCES", "/srv/checkout/.cache"))).toBe(
      "cannot access /srv/checkout/.cache: permission denied. If the checkout belongs to another user, work in a clone of your own",
    );
    expect(messageOf(systemError("ENOSPC", "/x"))).toBe("cannot access /x: the disk is full");
    expect(messageOf(systemError("EROFS", "/x"))).toBe("cannot access /x: the file system is read-only");
  });

  it("is the error's own in all other cases", () => {
    expect(messageOf(systemError("EACCES"))).toContain("some reason");
    expect(messageOf(new Error("plain"))).toBe("plain");
    expect(messageOf("text")).toBe("text");
    expect(messageOf(new AggregateError([new Error("a"), new Error("b"), new Error("a")]))).toBe("a; b");
  });
});

describe("exit codes", () => {
  it("are those of the errors, and all of them are documented", () => {
    expect(new UserError("x").exitCode).toBe(exitCodes.failed);
    expect(new UsageError("x").exitCode).toBe(exitCodes.usage);
    expect(new NoSuchStack("x").exitCode).toBe(exitCodes.noSuchStack);
    expect(new Interrupted().exitCode).toBe(exitCodes.interrupted);
    expect(exitCodeHelp.map(([code]) => code)).toEqual(Object.values(exitCodes));
  });

  it.each([
    [0, 0],
    [1, 1],
    [6, 3],
    [255, 1],
    [null, 1],
  ])("of Pulumi: %s is %d", (pulumi, own) => {
    expect(exitCodeOfPulumi(pulumi)).toBe(own);
  });
});
