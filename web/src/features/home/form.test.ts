import { describe, expect, it } from "vitest";
import { filled } from "./form";

const now = new Date("2026-11-21T09:12:00Z");

describe("the plan form", () => {
  it("begins at the next full hour of this machine", () => {
    expect(filled(undefined, now, "Europe/Madrid")).toMatchObject({
      title: "",
      starts: "2026-11-21T11:00",
      minutes: 30,
      zone: "Europe/Madrid",
    });
  });

  it("shows a meeting in its own zone", () => {
    const meeting = {
      title: "Retro",
      description: "",
      startsAt: "2026-11-22T09:00:00Z",
      durationMinutes: null,
      timeZone: "Asia/Tokyo",
      invitees: ["a@example.com", "b@example.com"],
    };
    expect(filled(meeting, now, "Europe/Madrid")).toEqual({
      title: "Retro",
      description: "",
      starts: "2026-11-22T18:00",
      minutes: null,
      zone: "Asia/Tokyo",
      invitees: "a@example.com\nb@example.com",
    });
  });
});
